// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/chronicle.h"

#include <catch2/catch.hpp>

#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

std::vector<v1::Decision> Told(Stage* stage, const Sight& sight = {}) {
  std::vector<v1::Decision> decisions;
  int64_t until = 0;
  for (const auto& entry : stage->ring.After(0, 1000, sight, {}, &until)) {
    decisions.push_back(Render(*entry, sight));
  }
  return decisions;
}

TEST_CASE("a start is told with what it bound and held, a wait when it has stood for a moment") {
  Stage stage;
  stage.AddNode("node-a", 4);
  for (const char* name : {"a", "b"}) stage.Add({.name = name, .gang = "pair", .minimum = 2});
  stage.Add({.name = "big", .cores = 8});
  stage.now += absl::Milliseconds(1500);
  stage.Decide();
  REQUIRE(Told(&stage).size() == 1);
  const v1::Decision start = Told(&stage)[0];
  CHECK(start.kind() == "start");
  CHECK(start.gang() == "team/pair");
  CHECK(start.queue() == "default");
  CHECK(start.pods() == 2);
  CHECK(start.message() == "2 members placed, after a wait of 1.5s");
  CHECK(start.at().seconds() == absl::ToUnixSeconds(stage.now));
  stage.Settle();
  REQUIRE(Told(&stage).size() == 2);
  const v1::Decision wait = Told(&stage)[1];
  CHECK(wait.number() == 2);
  CHECK(wait.kind() == "wait");
  CHECK(wait.reason() == "NeverFits");
  CHECK(wait.message().find("starts when") != std::string::npos);
  for (int i = 0; i < 10; ++i) {  // the same code is not told again
    stage.Settle();
    stage.Decide();
  }
  CHECK(Told(&stage).size() == 2);
}

TEST_CASE("a gang in the place of another that waited for the same has a history of its own") {
  Stage stage;
  stage.AddNode("node-a", 4);
  stage.Add({.name = "old", .cores = 8});
  const GangId id = stage.Decide().verdicts.at(0).gang;
  stage.Settle();
  stage.Decide();
  stage.Remove("team", "old");
  stage.Add({.name = "new", .cores = 8});
  const Plan& plan = stage.Decide();
  REQUIRE(plan.verdicts.at(0).gang == id);
  CHECK(stage.chronicle().VerdictOf(stage.state().gang(id), plan) == &plan.verdicts[0]);
  stage.Settle();
  const std::vector<v1::Decision> all = Told(&stage);
  REQUIRE(all.size() == 2);
  CHECK(all[1].gang() == "team/new");
  CHECK(all[1].kind() == "wait");
}

TEST_CASE("an eviction is told of the victim and of who it is for, veiled to others") {
  Stage stage;
  EvictOneOfTwo(&stage);
  const std::vector<v1::Decision> all = Told(&stage);
  REQUIRE(all.size() == 4);
  CHECK(all[2].kind() == "evict");
  CHECK(all[2].gang() == "other/y");
  CHECK(all[2].reason() == "reclaim");
  CHECK(all[2].other() == "team/taker");
  CHECK(all[2].message() == "evicted whole for gang team/taker, 1 pod");
  CHECK(all[3].kind() == "claim");
  CHECK(all[3].gang() == "team/taker");
  CHECK(all[3].message() == "starts where 1 gang with 1 pod were");
  const std::vector<v1::Decision> seen = Told(&stage, Only("other"));
  REQUIRE(seen.size() == 3);
  CHECK(seen[2].other() == "(a gang of another namespace)");
  CHECK(seen[2].DebugString().find("team") == std::string::npos);
}

TEST_CASE("a gang that takes the slot of another has neither its verdict nor its history") {
  Stage stage;
  stage.AddNode("node-a", 4);
  stage.Add({.name = "old", .cores = 8});
  const Plan plan = stage.Decide();
  stage.Settle();
  const GangId id = plan.verdicts.at(0).gang;
  CHECK(stage.chronicle().VerdictOf(stage.state().gang(id), plan) == &plan.verdicts[0]);
  CHECK(stage.chronicle().HistoryOf(stage.state().gang(id)).size() == 1);
  stage.Tell(PodGone{"uid-team-old"});
  stage.Add({.name = "new", .cores = 8});
  REQUIRE(stage.state().gang(id).name == "new");
  CHECK(stage.chronicle().VerdictOf(stage.state().gang(id), plan) == nullptr);
  CHECK(stage.chronicle().HistoryOf(stage.state().gang(id)).empty());
}

TEST_CASE("of one gang the newest decisions are kept") {
  Stage stage;
  stage.AddNode("node-a", 100);
  stage.Add({.name = "first", .gang = "grows", .minimum = 1});
  stage.Decide();
  stage.Run();
  for (int i = 0; i < 30; ++i) {
    stage.Add({.name = absl::StrCat("m", i), .gang = "grows", .minimum = 1});
    stage.Decide();
    stage.Run();
  }
  const Gang& gang =
      stage.state().gang(stage.state().pod(stage.state().FindPod("uid-team-first")).footing.gang);
  const auto history = stage.chronicle().HistoryOf(gang);
  REQUIRE(history.size() == Chronicle::kHistory);
  CHECK(history.back()->number == 31);
  CHECK(KindOf(*history.back()) == "grow");
}

TEST_CASE("a watcher asks by queue and below, namespace and gang, all of them") {
  v1::Decision decision;
  decision.set_gang("team/a");
  decision.set_queue("x.y");
  const auto asks = [&decision](const std::string& queue, const std::string& ns,
                                const std::string& gang) {
    v1::WatchDecisionsRequest request;
    request.set_queue(queue);
    request.set_namespace_(ns);
    request.set_gang(gang);
    return Asks(request, decision);
  };
  CHECK(asks("", "", ""));
  CHECK(asks("x", "team", "team/a"));
  CHECK_FALSE(asks("x.z", "", ""));
  CHECK_FALSE(asks("", "tea", ""));
  CHECK_FALSE(asks("", "", "team/b"));
}

}  // namespace
}  // namespace muster::daemon
