// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/cli/canned.h"

#include "absl/strings/str_cat.h"

namespace muster::daemon::cli {
namespace {

constexpr int64_t kNow = 1764034627;  // 2025-11-25 01:37:07Z
constexpr double kGi = 1024.0 * 1024 * 1024;

using Quantities = google::protobuf::RepeatedPtrField<v1::Quantity>;

void Put(Quantities* to, double cores, double gibibytes, int pods = 0) {
  const auto add = [to](const char* resource, const std::string& text, double value) {
    v1::Quantity* quantity = to->Add();
    quantity->set_resource(resource);
    quantity->set_text(text);
    quantity->set_value(value);
  };
  add("cpu", absl::StrCat(cores), cores);
  add("memory", absl::StrCat(gibibytes, "Gi"), gibibytes * kGi);
  if (pods > 0) add("pods", absl::StrCat(pods), pods);
}

void FillQueues(v1::ListQueuesResponse* queues) {
  queues->mutable_at()->set_seconds(kNow);
  queues->set_version("0.1.0");
  Put(queues->mutable_cluster(), 400, 1600, 11000);
  v1::Queue* etl = queues->add_queues();
  etl->set_path("etl");
  etl->set_leaf(true);
  etl->set_state("open");
  etl->set_weight(3);
  etl->set_order("fifo");
  etl->set_backfill(true);
  Put(etl->mutable_guaranteed(), 40, 160);
  Put(etl->mutable_used(), 36, 144, 9);
  Put(etl->mutable_held(), 4, 16, 1);
  v1::Quantity* max = etl->add_max();
  max->set_resource("cpu");
  max->set_text("120");
  max->set_value(120);
  etl->set_share(0.033333);
  etl->set_dominant_share(0.1);
  etl->set_dominant_resource("cpu");
  etl->set_running_gangs(2);
  etl->set_waiting_gangs(2);
  etl->mutable_oldest_wait()->set_seconds(250);
  v1::ReasonCount* count = etl->add_waiting_by_reason();
  count->set_reason("CapacityShort");
  count->set_gangs(1);
  count = etl->add_waiting_by_reason();
  count->set_reason("BehindHead");
  count->set_gangs(1);
  v1::Queue* analytics = queues->add_queues();
  analytics->set_path("analytics");
  analytics->set_state("open");
  analytics->set_weight(1);
  Put(analytics->mutable_used(), 300, 400, 75);
  analytics->set_share(0.75);
  analytics->set_dominant_share(0.75);
  analytics->set_dominant_resource("cpu");
  analytics->set_running_gangs(1);
  v1::Queue* adhoc = queues->add_queues();
  *adhoc = *analytics;
  adhoc->set_path("analytics.adhoc");
  adhoc->set_parent("analytics");
  adhoc->set_leaf(true);
  adhoc->set_state("draining");
  adhoc->set_priority(-5);
  adhoc->set_order("fair");
}

v1::Gang Waiting(const char* ns, const std::string& name, int position, const char* reason,
                 const std::string& message) {
  v1::Gang gang;
  gang.set_namespace_(ns);
  gang.set_name(name);
  gang.set_kind("Spark");
  gang.set_queue("etl");
  gang.set_user("team-etl/spark");
  gang.set_app("nightly");
  gang.set_state("waiting");
  gang.mutable_created()->set_seconds(kNow - 250);
  gang.set_minimum(9);
  gang.set_members(1);
  gang.set_reason(reason);
  gang.set_message(message);
  gang.set_position(position);
  gang.mutable_wait()->set_seconds(250);
  Put(gang.mutable_needs(), 9, 36);
  return gang;
}

v1::Gang Running(const char* ns, const char* name, const char* queue, int64_t since) {
  v1::Gang gang;
  gang.set_namespace_(ns);
  gang.set_name(name);
  gang.set_kind("declared");
  gang.set_queue(queue);
  gang.set_user(absl::StrCat(ns, "/default"));
  gang.set_priority(10);
  gang.set_state("running");
  gang.mutable_created()->set_seconds(kNow - since - 12);
  gang.mutable_began()->set_seconds(kNow - since);
  gang.mutable_wait()->set_seconds(12);
  gang.set_minimum(4);
  gang.set_members(5);
  gang.set_bound(5);
  gang.set_held(1);
  Put(gang.mutable_needs(), 5, 20);
  return gang;
}

v1::Decision Decided(int64_t number, const char* kind, const char* gang, const char* reason,
                     const char* message, int pods) {
  v1::Decision decision;
  decision.mutable_at()->set_seconds(kNow - 300 + number);
  decision.set_number(number);
  decision.set_kind(kind);
  decision.set_gang(gang);
  decision.set_queue("etl");
  decision.set_reason(reason);
  decision.set_message(message);
  decision.set_pods(pods);
  return decision;
}

v1::Explanation Explained(const v1::Gang& gang) {
  v1::Explanation out;
  *out.mutable_gang() = gang;
  out.set_reason(gang.reason());
  out.set_message(gang.message());
  out.set_position(gang.position());
  *out.mutable_needs() = gang.needs();
  out.set_unblock("starts when at least 1 cpu more become free");
  v1::Role* driver = out.add_roles();
  driver->set_name("driver");
  driver->set_count(1);
  Put(driver->mutable_each(), 1, 4);
  v1::Role* executor = out.add_roles();
  executor->set_name("executor");
  executor->set_count(8);
  Put(executor->mutable_each(), 1, 4);
  v1::Tried* tried = out.add_tried();
  tried->set_where("zone eu-west-1a");
  tried->set_role("executor");
  tried->set_nodes(12);
  tried->set_admitted(4);
  tried->set_room(7);
  tried->set_asked(8);
  tried->set_message("8 nodes: taint dedicated=gpu");
  out.add_ahead("team-etl/hourly");
  v1::Cost* cost = out.add_would_evict();
  cost->set_gang("team-adhoc/sweep");
  cost->set_queue("analytics.adhoc");
  cost->set_pods(3);
  v1::Member* member = out.add_members();
  member->set_pod(absl::StrCat(gang.name(), "-driver"));
  member->set_role("driver");
  member->set_state("waiting");
  *out.add_history() =
      Decided(7, "wait", "team-etl/nightly", "CapacityShort", "gang needs 9 cpu, 8 free", 0);
  out.set_history_url("https://history.example.com/history/spark-1/");
  return out;
}

void FillCost(v1::GetCostResponse* cost) {
  cost->mutable_since()->set_seconds(kNow - 86400);
  cost->mutable_until()->set_seconds(kNow);
  cost->set_currency("USD");
  const auto add = [cost](const char* key, const char* resource, double requested, double idle,
                          double lost, double money) {
    v1::CostRow* row = cost->add_rows();
    row->set_key(key);
    row->set_resource(resource);
    row->set_requested(requested);
    row->set_held_idle(idle);
    row->set_lost(lost);
    row->set_money(money);
  };
  add("etl", "cpu", 3600 * 840.5, 3600 * 12, 3600 * 3, 41.27);
  add("etl", "memory", 3600 * 3362 * kGi, 3600 * 48 * kGi, 0, 0);
  add("=SUM(A1),\"x\"", "cpu", 1.0 / 3, 0, 0, 0);
}

}  // namespace

void FillCanned(FakeDaemon* daemon) {
  FillQueues(&daemon->queues);
  const v1::Gang nightly = Waiting(
      "team-etl", "nightly", 2, "CapacityShort",
      "CapacityShort: gang needs 9 cpu, 8 free on the nodes that admit it; 1 driver and 8 "
      "executors "
      "compete for 8 on-demand slots in zone a; starts when at least 1 cpu more become free");
  daemon->gangs = {Running("team-etl", "hourly", "etl", 7500), nightly,
                   Waiting("team-etl", absl::StrCat("odd", kHostile), 3, "BehindHead",
                           absl::StrCat("behind ", kHostile)),
                   Running("team-adhoc", "sweep", "analytics.adhoc", 200000)};
  daemon->explanations = {Explained(nightly), Explained(daemon->gangs[2])};
  daemon->decisions = {
      Decided(5, "start", "team-etl/hourly", "", "driver bound, room held for 8 executors", 1),
      Decided(6, "complete", "team-etl/hourly", "", "", 8),
      Decided(7, "wait", "team-etl/nightly", "CapacityShort", "gang needs 9 cpu, 8 free", 0),
      Decided(10, "evict", "team-adhoc/sweep", "reclaim", kHostile, 3)};
  daemon->decisions[3].set_other("team-etl/nightly");
  daemon->dump = {"cluster:\n", "  nodes: 3\nqueues: []\n"};
  FillCost(&daemon->cost);
}

}  // namespace muster::daemon::cli
