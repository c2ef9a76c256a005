// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/explain_view.h"

#include <catch2/catch.hpp>

#include "scheduler/state/audit.h"
#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

v1::Explanation Ask(Stage* stage, const std::string& name, const std::string& ns = "team",
                    const Sight& sight = {}) {
  v1::ExplainRequest request;
  request.set_namespace_(ns);
  request.set_name(name);
  const auto answer = Explain(stage->scene(), request, sight);
  INFO(answer.status());
  REQUIRE(answer.ok());
  return *answer;
}

TEST_CASE("a gang that waits: reason, numbers, unblock, roles, who is ahead, what was tried") {
  Stage stage;
  const Labels a = {{std::string(kZoneLabel), "a"}, {"karpenter.sh/nodepool", "spot"}};
  const Labels b = {{std::string(kZoneLabel), "b"}, {"karpenter.sh/nodepool", "spot"}};
  stage.AddNode("node-a", 4, a);
  stage.AddNode("node-b", 2, b);
  stage.Add({.name = "first", .cores = 3});
  stage.Decide();
  for (const char* name : {"m-1", "m-2", "m-3"}) {
    stage.Add({.name = name, .cores = 2, .gang = "big", .minimum = 3});
  }
  stage.now += absl::Seconds(1);
  stage.Add({.name = "second", .cores = 1, .gang = "next", .minimum = 1});
  stage.Decide();

  const v1::Explanation big = Ask(&stage, "big");
  CHECK(big.reason() == "CapacityShort");
  CHECK(big.reason() == big.gang().reason());
  CHECK(big.message().find("gang needs 6 cpu, 3 free") == 0);
  CHECK(big.position() == 1);
  CHECK(big.unblock() == "starts when at least 3 cpu more become free");
  REQUIRE(big.needs_size() == 3);
  CHECK(big.needs(0).text() == "6");
  REQUIRE(big.roles_size() == 1);
  CHECK(big.roles(0).name() == "member");
  CHECK(big.roles(0).count() == 3);
  CHECK(big.roles(0).each(0).text() == "2");
  REQUIRE(big.tried_size() == 3);
  CHECK(big.tried(0).where() == "zone a");
  CHECK(big.tried(0).nodes() == 1);
  CHECK(big.tried(0).admitted() == 1);
  CHECK(big.tried(0).room() == 0);
  CHECK(big.tried(0).asked() == 3);
  CHECK(big.tried(0).message().find("1 ") == 0);
  CHECK(big.tried(1).where() == "zone b");
  CHECK(big.tried(1).room() == 1);
  CHECK(big.tried(2).where() == "pool spot");
  CHECK(big.tried(2).nodes() == 2);
  CHECK(big.tried(2).room() == 1);
  CHECK(big.ahead_size() == 0);
  REQUIRE(big.members_size() == 3);
  CHECK(big.members(0).pod() == "m-1");
  CHECK(big.members(0).role() == "member");
  CHECK(big.members(0).state() == "waiting");
  CHECK(big.members(0).node().empty());

  const v1::Explanation next = Ask(&stage, "next");
  CHECK(next.reason() == "BehindHead");
  REQUIRE(next.ahead_size() == 1);
  CHECK(next.ahead(0) == "team/big");
  CHECK(next.cost_message() == "there is room for it: it waits for its turn");
}

TEST_CASE("a gang is found by the name of its pod; who is unknown or not seen is named") {
  Stage stage;
  stage.AddNode("node-a", 4);
  stage.Add({.name = "m-1", .cores = 2, .gang = "pair", .minimum = 1});
  stage.Decide();
  stage.Run();
  const v1::Explanation by_pod = Ask(&stage, "m-1");
  CHECK(by_pod.gang().name() == "pair");
  CHECK(by_pod.gang().state() == "running");
  CHECK(by_pod.members(0).node() == "node-a");
  CHECK(by_pod.members(0).state() == "running");
  CHECK(by_pod.tried_size() == 0);
  REQUIRE(by_pod.history_size() == 1);
  CHECK(by_pod.history(0).kind() == "start");
  v1::ExplainRequest request;
  request.set_namespace_("team");
  request.set_name("nobody");
  const auto unknown = Explain(stage.scene(), request, {});
  CHECK(unknown.status() ==
        absl::NotFoundError("no gang or pod \"nobody\" of Muster's in namespace \"team\""));
  request.set_name("pair");
  CHECK(Explain(stage.scene(), request, Only("other")).status().code() ==
        absl::StatusCode::kNotFound);
  request.clear_name();
  CHECK(Explain(stage.scene(), request, {}).status() ==
        absl::InvalidArgumentError("name: expected the gang's or a pod's"));
}

// Queue mine owns nothing of a cluster that theirs has filled with `gangs` of one core each.
void Borrow(Stage* stage, int gangs) {
  QueueSpec mine, theirs;
  mine.name = "mine";
  theirs.name = "theirs";
  stage->Queues({mine, theirs});
  stage->AddNode("node-a", gangs);
  for (int i = 0; i < gangs; ++i) {
    stage->Add({.ns = "other", .name = absl::StrCat("b", i), .queue = "theirs"});
  }
  stage->Decide();
  stage->Run();
  stage->now += absl::Minutes(1);
}

TEST_CASE("what a start costs others is what reclaim has decided, or why it took nobody") {
  Stage stage;
  Borrow(&stage, 4);
  stage.Add({.name = "taker", .cores = 2, .queue = "mine"});
  const Plan& plan = stage.Decide();
  REQUIRE(plan.claims.size() == 1);
  const v1::Explanation taker = Ask(&stage, "taker");
  CHECK(taker.reason() == "WaitingForVictims");
  CHECK(taker.cost_message() == "these are being evicted for it");
  REQUIRE(taker.would_evict_size() == 2);
  CHECK(taker.would_evict(0).gang() == "other/b2");
  CHECK(taker.would_evict(1).gang() == "other/b3");
  CHECK(taker.would_evict(1).queue() == "theirs");
  CHECK(taker.would_evict(1).pods() == 1);
  CHECK(taker.would_evict(1).whole());
  const v1::Explanation veiled = Ask(&stage, "taker", "team", Only("team"));
  CHECK(veiled.would_evict(1).gang() == "(a gang of another namespace)");
  CHECK(veiled.would_evict(1).queue().empty());

  stage.Add({.name = "greedy", .cores = 3, .queue = "mine"});
  stage.Decide();
  const v1::Explanation greedy = Ask(&stage, "greedy");
  CHECK(greedy.would_evict_size() == 0);
  CHECK(greedy.cost_message().find("queue mine would have more than it is entitled to") == 0);
}

TEST_CASE("what a gang that is not yet asked would cost is searched as reclaim does") {
  Stage stage;
  Borrow(&stage, 4);
  stage.Add({.name = "taker", .cores = 2, .queue = "mine"});
  const v1::Explanation before = Ask(&stage, "taker");  // no cycle has seen it
  CHECK(before.message() == "it has just come and was not looked at yet");
  std::vector<std::string> would;
  for (const v1::Cost& cost : before.would_evict()) would.push_back(cost.gang());
  const Plan& plan = stage.Decide();
  REQUIRE(plan.claims.size() == 1);
  std::vector<std::string> evicted;
  for (const Victim& victim : plan.claims[0].victims) {
    evicted.push_back(FullName(stage.state().gang(victim.gang)));
  }
  CHECK(would == evicted);
  stage.Add({.name = "meek", .cores = 3, .queue = "mine", .preempts = false});
  stage.Decide();
  CHECK(Ask(&stage, "meek").cost_message() == "its preemptionPolicy is Never");
}

TEST_CASE("questions change nothing: books, and the next decision, are as without them") {
  const auto plan_of = [](bool ask) {
    Stage stage;
    Borrow(&stage, 8);
    for (int i = 0; i < 4; ++i) {
      stage.Add({.name = absl::StrCat("t", i), .cores = 1 + i, .queue = "mine"});
    }
    if (ask) {
      for (int i = 0; i < 4; ++i) Ask(&stage, absl::StrCat("t", i));
      CHECK(Audit(stage.state()).empty());
    }
    Plan first = stage.Decide();
    if (ask) {
      for (int i = 0; i < 4; ++i) Ask(&stage, absl::StrCat("t", i));
      CHECK(Audit(stage.state()).empty());
    }
    stage.now += absl::Seconds(1);
    stage.AddNode("node-b", 2);
    return std::pair(std::move(first), stage.Decide());
  };
  CHECK(plan_of(true) == plan_of(false));
}

TEST_CASE("history: the wait once it stands, the start, the newest last, and few of many") {
  Stage stage;
  stage.AddNode("node-a", 2);
  stage.Add({.name = "a", .cores = 4});
  stage.Decide();
  CHECK(Ask(&stage, "a").history_size() == 0);
  stage.Settle();
  stage.AddNode("node-b", 4);
  stage.Decide();
  const v1::Explanation answer = Ask(&stage, "a");
  REQUIRE(answer.history_size() == 2);
  CHECK(answer.history(0).kind() == "wait");
  CHECK(answer.history(0).reason() == "NeverFits");
  CHECK(answer.history(0).message().find("; starts when") != std::string::npos);
  CHECK(answer.history(1).kind() == "start");
  CHECK(answer.history(1).message() == "1 member placed, after a wait of 1s");
  CHECK(answer.history(1).number() == 2);
}

Pod Driver(const std::string& app) {
  Pod pod;
  pod.uid = pod.name = absl::StrCat(app, "-driver");
  pod.ns = "team";
  pod.scheduler_name = "muster";
  pod.service_account = "spark";
  pod.role.requests = {{kCpu, 1000}};
  pod.spark_role = SparkRole::kDriver;
  pod.spark_app = app;
  return pod;
}

TEST_CASE("a gang links to its history where the config has a template that it can fill") {
  Stage stage;
  Pod driver = Driver("spark-1");
  stage.Tell(PodSeen{driver});
  Pod declared = Driver("spark-2");
  declared.gang = "mine";
  declared.gang_min = 1;
  stage.Tell(PodSeen{declared});
  stage.Add({.name = "single"});
  stage.Decide();
  CHECK(Ask(&stage, "spark-1").history_url().empty());

  QueueConfig config = DefaultQueueConfig();
  config.history_url = "https://history.example.com/{namespace}/{app}?user={user}";
  stage.Tell(QueuesSeen{config});
  stage.Decide();
  CHECK(Ask(&stage, "spark-1").history_url() ==
        "https://history.example.com/team/spark-1?user=team%2Fspark");
  CHECK(Ask(&stage, "mine").history_url() ==
        "https://history.example.com/team/spark-2?user=team%2Fspark");
  CHECK(Ask(&stage, "single").history_url().empty());

  // Also after it has ended: that is when it is wanted.
  driver.phase = PodPhase::kSucceeded;
  stage.Tell(PodSeen{driver});
  stage.Decide();
  CHECK(Ask(&stage, "spark-1").gang().state() == "ended");
  CHECK_FALSE(Ask(&stage, "spark-1").history_url().empty());
}

}  // namespace
}  // namespace muster::daemon
