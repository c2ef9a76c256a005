// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/queue_view.h"

#include <catch2/catch.hpp>

#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

std::string TextOf(const google::protobuf::RepeatedPtrField<v1::Quantity>& quantities,
                   const std::string& resource) {
  for (const v1::Quantity& quantity : quantities) {
    if (quantity.resource() == resource) return quantity.text();
  }
  return "";
}

QueueSpec Named(const std::string& name) {
  QueueSpec spec;
  spec.name = name;
  return spec;
}

// etl (used) and analytics with adhoc below it (waiting), on 8 cores.
void Furnish(Stage* stage) {
  QueueSpec etl = Named("etl");
  etl.weight = 3;
  etl.guaranteed = {{kCpu, 2000}};
  etl.max = {{kCpu, 6000}};
  QueueSpec adhoc = Named("adhoc");
  adhoc.order = LeafOrder::kFair;
  adhoc.max = {{kCpu, 1000}};
  QueueSpec analytics = Named("analytics");
  analytics.queues = {adhoc};
  stage->Queues({etl, analytics});
  stage->AddNode("node-a", 8);
  stage->Add({.name = "a", .cores = 4, .queue = "etl"});
  stage->Add({.ns = "other", .name = "b", .cores = 2, .queue = "analytics.adhoc"});
  stage->now += absl::Seconds(90);
  stage->Decide();
}

TEST_CASE("queues are told parents first, with use, limits, share and what waits and why") {
  Stage stage;
  Furnish(&stage);
  const auto response = ListQueues(stage.scene(), {}, Everything());
  REQUIRE(response.ok());
  REQUIRE(response->queues_size() == 3);
  const v1::Queue& etl = response->queues(0);
  CHECK(etl.path() == "etl");
  CHECK(etl.leaf());
  CHECK(etl.state() == "open");
  CHECK(etl.weight() == 3);
  CHECK(etl.order() == "fifo");
  CHECK(TextOf(etl.used(), "cpu") == "4");
  CHECK(TextOf(etl.held(), "cpu") == "0");
  CHECK(TextOf(etl.guaranteed(), "cpu") == "2");
  CHECK(TextOf(etl.max(), "cpu") == "6");
  CHECK(TextOf(etl.max(), "memory").empty());
  CHECK(etl.dominant_resource() == "cpu");
  CHECK(etl.dominant_share() == Approx(0.5));
  CHECK(etl.share() == Approx(0.5 / 3));
  CHECK(etl.running_gangs() == 1);
  CHECK(etl.waiting_gangs() == 0);
  CHECK_FALSE(etl.has_oldest_wait());
  for (int i : {1, 2}) {  // the parent counts what waits below it
    const v1::Queue& queue = response->queues(i);
    CHECK(queue.path() == (i == 1 ? "analytics" : "analytics.adhoc"));
    CHECK(queue.parent() == (i == 1 ? "" : "analytics"));
    CHECK(queue.leaf() == (i == 2));
    CHECK(queue.waiting_gangs() == 1);
    REQUIRE(queue.waiting_by_reason_size() == 1);
    CHECK(queue.waiting_by_reason(0).reason() == "NeverFits");
    CHECK(queue.waiting_by_reason(0).gangs() == 1);
    CHECK(queue.oldest_wait().seconds() == 90);
  }
  CHECK(response->queues(2).order() == "fair");
  CHECK(TextOf(response->cluster(), "cpu") == "8");
  CHECK(TextOf(response->cluster(), "memory") == "64Gi");
  CHECK(response->at().seconds() == absl::ToUnixSeconds(stage.now));
}

TEST_CASE("under a path: that queue and those below; an unknown one is named") {
  Stage stage;
  Furnish(&stage);
  v1::ListQueuesRequest request;
  request.set_under("analytics");
  const auto some = ListQueues(stage.scene(), request, Everything());
  REQUIRE(some.ok());
  CHECK(some->queues_size() == 2);
  request.set_under("analytic");
  const auto none = ListQueues(stage.scene(), request, Everything());
  CHECK(none.status() == absl::NotFoundError("no queue \"analytic\""));
}

TEST_CASE("who sees one namespace is not told what others' gangs tell, nor their own queues") {
  Stage stage;
  QueueSpec tenants = Named("tenants");
  tenants.per_namespace = true;
  tenants.namespaces = {"dev-*"};
  stage.Queues({tenants});
  stage.AddNode("node-a", 8);
  stage.Add({.ns = "dev-1", .name = "a"});
  stage.Add({.ns = "dev-2", .name = "b", .cores = 9});
  stage.Decide();
  const auto all = ListQueues(stage.scene(), {}, Everything());
  REQUIRE(all.ok());
  REQUIRE(all->queues_size() == 3);
  const auto one = ListQueues(stage.scene(), {}, Only("dev-1"));
  REQUIRE(one.ok());
  REQUIRE(one->queues_size() == 2);
  CHECK(one->queues(1).path() == "tenants.dev-1");
  CHECK(one->queues(0).waiting_gangs() == 0);
  CHECK(all->queues(0).waiting_gangs() == 1);
  CHECK(one->queues(0).running_gangs() == 1);
}

TEST_CASE("an empty cluster has queues and no numbers that are none") {
  Stage stage;
  stage.Add({.name = "a"});
  stage.Decide();
  const auto response = ListQueues(stage.scene(), {}, Everything());
  REQUIRE(response.ok());
  REQUIRE(response->queues_size() == 1);
  CHECK(response->queues(0).path() == "default");
  CHECK(response->queues(0).share() == 0);
  CHECK(response->cluster_size() == 0);
}

}  // namespace
}  // namespace muster::daemon
