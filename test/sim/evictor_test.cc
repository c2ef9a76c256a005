// SPDX-License-Identifier: Apache-2.0
// Evictions of the simulated world: what the API server says to them, and what becomes of an order.
#include "scheduler/sim/evictor.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace muster::sim {
namespace {

class World {
 public:
  World()
      : api_(&timeline_),
        evictor_(
            &timeline_, &api_, &faults_, Random(1),
            [this](absl::Duration delay, std::function<void()> what) {
              timeline_.After(delay, std::move(what));
            },
            [this](muster::Event event) {
              refusals.push_back(std::get<EvictionRefused>(std::move(event)));
            }) {}

  // Running on a node.
  loop::PodRef Run(const std::string& name) {
    const loop::PodRef ref = Create(name);
    loop::BindPod bind;
    bind.pod = ref;
    bind.node = "n";
    CHECK(api_.Bind(bind).ok());
    api_.SetPhase(ref.uid, PodPhase::kRunning);
    return ref;
  }
  loop::PodRef Create(const std::string& name) {
    Pod pod;
    pod.ns = "ns";
    pod.name = name;
    return {api_.Create(pod), "ns", name};
  }
  void Evict(const std::vector<std::vector<loop::PodRef>>& victims) {
    loop::EvictPods action;
    for (const auto& pods : victims) action.victims.push_back({pods});
    evictor_.Evict(action);
    timeline_.AdvanceTo(timeline_.now() + absl::Minutes(5));
  }
  bool Leaves(const loop::PodRef& pod) const {
    const Pod* found = api_.Find(pod.uid);
    return found == nullptr || found->deleting;
  }
  ApiServer& api() { return api_; }
  Faults& faults() { return faults_; }
  Timeline& timeline() { return timeline_; }
  Evictor& evictor() { return evictor_; }

  std::vector<EvictionRefused> refusals;

 private:
  Timeline timeline_;
  ApiServer api_;
  Faults faults_;
  Evictor evictor_;
};

std::vector<std::string> Uids(const std::vector<loop::PodRef>& pods) {
  std::vector<std::string> uids;
  for (const loop::PodRef& pod : pods) uids.push_back(pod.uid);
  return uids;
}

TEST_CASE("a budget allows as many evictions as it says") {
  World world;
  const auto a = world.Run("a-0"), b = world.Run("a-1"), c = world.Run("a-2");
  const auto pending = world.Create("a-3");
  SECTION("so many stay") { world.api().SetBudgets({{"ns/a-*", 2, std::nullopt}}); }
  // Four exist, three are healthy: one is not already.
  SECTION("so many are not there") { world.api().SetBudgets({{"ns/a-*", std::nullopt, 2}}); }
  CHECK(world.api().Evict(a, /*dry_run=*/true).ok());
  CHECK(!world.Leaves(a));
  CHECK(world.api().Evict(a, false).ok());
  CHECK(world.Leaves(a));
  CHECK(world.api().Evict(b, true).code == 429);
  CHECK(world.api().Evict(b, false).code == 429);
  // What goes anyway, or does not serve, asks nobody.
  CHECK(world.api().Evict(a, false).ok());
  CHECK(world.api().Evict(pending, false).ok());
  CHECK(world.api().evicted() == std::vector<std::string>{"ns/a-0", "ns/a-3"});
  CHECK(world.api().Evict({"other", "ns", "a-2"}, false).code == 409);
  CHECK(world.api().Evict({"other", "ns", "a-9"}, false).code == 404);
  world.api().SetBudgets({{"ns/a-*", 0, std::nullopt}, {"ns/*", 0, std::nullopt}});
  CHECK(world.api().Evict(c, false).code == 500);
}

TEST_CASE("one refusal of a dry run, and nobody is evicted") {
  World world;
  const std::vector<loop::PodRef> one = {world.Run("a"), world.Run("b")};
  const std::vector<loop::PodRef> two = {world.Run("c"), world.Run("d")};
  world.api().SetBudgets({{"ns/d", 1, std::nullopt}});
  world.Evict({one, two});
  for (const auto& pod : {one[0], one[1], two[0], two[1]}) CHECK(!world.Leaves(pod));
  REQUIRE(world.refusals.size() == 2);
  CHECK(world.refusals[0].code == 0);
  CHECK(world.refusals[0].uids == Uids(one));
  CHECK(world.refusals[1].code == 429);
  CHECK(world.refusals[1].uids == Uids(two));
}

TEST_CASE("a victim refused at its commit point stays, with those after it") {
  World world;
  const std::vector<loop::PodRef> one = {world.Run("a"), world.Run("b")};
  const std::vector<loop::PodRef> two = {world.Run("c"), world.Run("d")};
  const std::vector<loop::PodRef> three = {world.Run("e")};
  world.faults().Add(codec::RefuseEvictions{"ns/c", 1, 403, /*late=*/true});
  world.Evict({one, two, three});
  CHECK(world.Leaves(one[0]));
  CHECK(world.Leaves(one[1]));
  for (const auto& pod : {two[0], two[1], three[0]}) CHECK(!world.Leaves(pod));
  REQUIRE(world.refusals.size() == 2);
  CHECK(world.refusals[0].code == 403);
  CHECK(world.refusals[0].uids == Uids(two));
  CHECK(world.refusals[1].code == 0);
  CHECK(world.refusals[1].uids == Uids(three));
}

TEST_CASE("after the commit point the others are tried until they go") {
  World world;
  const std::vector<loop::PodRef> victim = {world.Run("a"), world.Run("b"), world.Run("c")};
  world.faults().Add(codec::RefuseEvictions{"ns/b", 9, 429, /*late=*/true});
  world.faults().Add(codec::RefuseEvictions{"ns/c", 9, 500, /*late=*/true});
  world.Evict({victim});
  for (const loop::PodRef& pod : victim) CHECK(world.Leaves(pod));
  CHECK(world.refusals.empty());
}

TEST_CASE("a failure is a no the third time; a lost answer is read back") {
  World world;
  const auto a = world.Run("a"), b = world.Run("b"), c = world.Run("c");
  world.faults().Add(codec::RefuseEvictions{"ns/a", 2, 500});
  world.Evict({{a}});
  CHECK(world.Leaves(a));
  world.faults().Add(codec::RefuseEvictions{"ns/b", 3, 500});
  world.Evict({{b}});
  CHECK(!world.Leaves(b));
  REQUIRE(world.refusals.size() == 1);
  CHECK(world.refusals[0].code == 500);
  for (const bool done : {false, true, true}) {
    world.faults().Add(codec::LoseAnswers{"ns/c", 1, done, codec::Request::kEviction});
  }
  world.Evict({{c}});
  CHECK(world.Leaves(c));
  CHECK(world.refusals.size() == 1);
}

TEST_CASE("a pod that is being evicted already is no victim a second time") {
  World world;
  const auto a = world.Run("a"), b = world.Run("b");
  world.faults().Add(codec::LoseAnswers{"ns/a", 1, false, codec::Request::kEviction});
  world.evictor().Evict({{{{a}}}, ""});
  world.Evict({{b}, {a}});
  CHECK(world.Leaves(a));
  CHECK(!world.Leaves(b));
  CHECK(world.refusals.size() == 2);
}

TEST_CASE("what is on the wire when the scheduler dies arrives, dry runs without effect") {
  World world;
  const auto a = world.Run("a"), b = world.Run("b");
  world.faults().bind_delay = absl::Minutes(1);
  world.evictor().Evict({{{{a}}}, ""});
  world.evictor().Land();
  CHECK(!world.Leaves(a));
  world.timeline().AdvanceTo(kStart + absl::Seconds(90));
  CHECK(!world.Leaves(a));
  world.evictor().Land();
  CHECK(world.Leaves(a));
}

}  // namespace
}  // namespace muster::sim
