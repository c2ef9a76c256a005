// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/ended_gangs.h"

#include <catch2/catch.hpp>

#include "scheduler/daemon/view/explain_view.h"
#include "scheduler/daemon/view/gang_list.h"
#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

v1::ListGangsResponse Ended(Stage* stage, v1::ListGangsRequest request = {}, Sight sight = {}) {
  request.add_states("ended");
  const auto response = ListGangs(stage->scene(), request, sight);
  REQUIRE(response.ok());
  return *response;
}

v1::Explanation Explained(Stage* stage, const std::string& name) {
  v1::ExplainRequest request;
  request.set_namespace_("team");
  request.set_name(name);
  const auto answer = Explain(stage->scene(), request, {});
  REQUIRE(answer.ok());
  return *answer;
}

TEST_CASE(
    "a gang that has ended is told where it is asked for, as it was, until others push it out") {
  Stage stage;
  stage.AddNode("node-a", 4);
  for (const char* name : {"a", "b"}) stage.Add({.name = name, .gang = "pair", .minimum = 2});
  stage.Add({.name = "lives"});
  stage.now += absl::Seconds(5);
  stage.Decide();
  stage.Run();
  stage.EndStep();
  stage.now += absl::Seconds(30);
  stage.Finish("team", "a");
  stage.EndStep();
  CHECK(Ended(&stage).total() == 0);  // the other member runs
  stage.now += absl::Seconds(30);
  stage.Finish("team", "b");
  stage.EndStep();
  const absl::Time end = stage.now;
  const v1::ListGangsResponse ended = Ended(&stage);
  REQUIRE(ended.gangs_size() == 1);
  CHECK(ended.total() == 1);
  const v1::Gang& gang = ended.gangs(0);
  CHECK(gang.namespace_() == "team");
  CHECK(gang.name() == "pair");
  CHECK(gang.state() == "ended");
  CHECK(gang.kind() == "declared");
  CHECK(gang.queue() == "default");
  CHECK(gang.user() == "team/spark");
  CHECK(gang.minimum() == 2);
  CHECK(gang.bound() == 2);
  CHECK(gang.wait().seconds() == 5);
  CHECK(gang.began().seconds() == gang.created().seconds() + 5);
  CHECK(gang.ended().seconds() == absl::ToUnixSeconds(end));
  CHECK_FALSE(gang.evicted());
  // Its pods are still there, then they are gone: it has ended once.
  CHECK(Explained(&stage, "pair").gang().ended().seconds() == absl::ToUnixSeconds(end));
  CHECK(Explained(&stage, "pair").members_size() == 2);
  stage.now += absl::Seconds(30);
  for (const char* name : {"a", "b"}) stage.Remove("team", name);
  stage.EndStep();
  REQUIRE(Ended(&stage).gangs_size() == 1);
  CHECK(Ended(&stage).gangs(0).SerializeAsString() == gang.SerializeAsString());
  const v1::Explanation forgotten = Explained(&stage, "pair");
  CHECK(forgotten.gang().state() == "ended");
  CHECK(forgotten.message() == "it has ended, and its pods are gone");
  REQUIRE(forgotten.history_size() == 1);
  CHECK(forgotten.history(0).kind() == "start");
  // Nobody else hears of it: not who asks for all, nor who does not see its namespace.
  const auto all = ListGangs(stage.scene(), {}, {});
  REQUIRE(all.ok());
  CHECK(all->total() == 1);
  CHECK(all->gangs(0).name() == "lives");
  CHECK(Ended(&stage, {}, Only("other")).total() == 0);
  v1::ExplainRequest request;
  request.set_namespace_("team");
  request.set_name("pair");
  CHECK(absl::IsNotFound(Explain(stage.scene(), request, Only("other")).status()));
}

TEST_CASE("a gang that left before it began has waited to its end") {
  Stage stage;
  stage.Add({.name = "early"});
  stage.EndStep();
  stage.now += absl::Seconds(20);
  stage.Remove("team", "early");
  stage.EndStep();
  const v1::ListGangsResponse ended = Ended(&stage);
  REQUIRE(ended.gangs_size() == 1);
  CHECK_FALSE(ended.gangs(0).has_began());
  CHECK(ended.gangs(0).wait().seconds() == 20);
  CHECK(ended.gangs(0).bound() == 0);
}

TEST_CASE("one that was evicted is told so") {
  Stage stage;
  EvictOneOfTwo(&stage);
  stage.EndStep();
  for (const char* name : {"x", "y"}) stage.Remove("other", name);
  stage.EndStep();
  const v1::ListGangsResponse ended = Ended(&stage);
  REQUIRE(ended.gangs_size() == 2);
  CHECK(ended.gangs(0).name() == "x");
  CHECK_FALSE(ended.gangs(0).evicted());
  CHECK(ended.gangs(1).name() == "y");
  CHECK(ended.gangs(1).evicted());
}

TEST_CASE("a gang is not lost when another one takes its slot, or its name, in the same step") {
  Stage stage;
  stage.Add({.name = "first"});
  stage.EndStep();
  const GangId id = stage.state().pod(stage.state().FindPod("uid-team-first")).footing.gang;
  stage.Remove("team", "first");
  stage.Add({.name = "second"});
  REQUIRE(stage.state().gang(id).name == "second");
  stage.EndStep();
  REQUIRE(Ended(&stage).gangs_size() == 1);
  CHECK(Ended(&stage).gangs(0).name() == "first");
}

TEST_CASE("what had ended before it was ever seen to live is not told with a wrong time") {
  Stage stage;
  stage.Add({.name = "old"});
  Pod pod = stage.state().pod(stage.state().FindPod("uid-team-old")).pod;
  Stage restarted;
  pod.phase = PodPhase::kSucceeded;
  restarted.Tell(PodSeen{pod});
  restarted.EndStep();
  restarted.Remove("team", "old");
  restarted.EndStep();
  CHECK(Ended(&restarted).total() == 0);
}

TEST_CASE(
    "the newest of those that ended are kept, and come in pages, newest first, and filtered") {
  Stage stage;
  const int many = static_cast<int>(EndedGangs::kKept) + 5;
  for (int i = 0; i < many; ++i) {
    const std::string name = absl::StrCat("g", i);
    stage.Add({.ns = i % 2 == 0 ? "even" : "odd", .name = name});
    stage.EndStep();
    stage.now += absl::Seconds(1);
    stage.Remove(i % 2 == 0 ? "even" : "odd", name);
    stage.EndStep();
  }
  v1::ListGangsRequest request;
  request.set_page_size(400);
  std::vector<std::string> names;
  do {
    const v1::ListGangsResponse page = Ended(&stage, request);
    CHECK(page.total() == static_cast<int64_t>(EndedGangs::kKept));
    for (const v1::Gang& gang : page.gangs()) names.push_back(gang.name());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  REQUIRE(names.size() == EndedGangs::kKept);
  for (size_t i = 0; i < names.size(); ++i) {
    CHECK(names[i] == absl::StrCat("g", many - 1 - static_cast<int>(i)));
  }
  v1::ListGangsRequest some;
  some.set_namespace_("odd");
  some.set_search("G100");
  REQUIRE(Ended(&stage, some).gangs_size() == 2);
  CHECK(Ended(&stage, some).gangs(0).name() == "g1003");
  some.add_reasons("CapacityShort");
  CHECK(Ended(&stage, some).total() == 0);
}

}  // namespace
}  // namespace muster::daemon
