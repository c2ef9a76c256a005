// SPDX-License-Identifier: Apache-2.0
// What follows from a claim: it is remembered, then its victims are evicted, and people are told.
#include "test/loop/scripted_world.h"

namespace muster::loop::test {
namespace {

// Evicts all running gangs for the first that waits, once; else decides nothing.
struct Evictions {
  EvictionCause cause = EvictionCause::kReclaim;
  bool whole = true;
  bool armed = false;

  Plan operator()(State& state, const Profile& profile, absl::Time now) {
    if (!armed) return Cycle(state, profile, now);
    armed = false;
    Plan plan;
    Claim claim;
    for (const Gang& gang : state.gangs()) {
      if (!gang.id.valid()) continue;
      if (gang.state == GangState::kWaiting) {
        const Footing& footing = state.pod(gang.waiting.front()).footing;
        claim.gang = gang.id;
        claim.room = {{footing.role, state.nodes().Find("n1"), 1}};
      } else {
        claim.victims.push_back({gang.id, whole, cause, gang.members});
      }
    }
    plan.claims.push_back(claim);
    return plan;
  }
};

struct Full {
  explicit Full(Evictions evictions = {})
      : decide(evictions), world([this](State& state, const Profile& profile, absl::Time now) {
          return decide(state, profile, now);
        }) {
    world.See(MakeNode("n1", 4));
    world.Tell(Synced{});
    world.See(small);
    world.Run();
    world.Accept(small);
    world.Run();
    decide.armed = true;
    world.See(big);
    world.Run();
  }
  std::vector<std::string> Told(const Pod& pod) const {
    std::vector<std::string> told;
    for (const PostEvent& event : world.events) {
      if (event.pod.uid != pod.uid || event.reason == "Scheduled") continue;
      told.push_back(absl::StrCat(event.warning ? "! " : "", event.reason, ": ", event.note));
    }
    return told;
  }

  Evictions decide;
  Pod small = MakePod("small", 1);
  Pod big = MakePod("big", 4);
  ScriptedWorld world;
};

TEST_CASE("a claim is remembered, its victims are evicted, and both sides are told for whom") {
  Full full;
  REQUIRE(full.world.memories.size() == 1);
  REQUIRE(full.world.memories[0].claims.size() == 1);
  CHECK(full.world.memories[0].claims[0].opener_uid == full.big.uid);
  REQUIRE(full.world.evictions.size() == 1);
  CHECK(full.world.evictions[0].victims[0].pods[0].uid == full.small.uid);
  CHECK(full.world.evictions[0].message == "for gang ns/big of queue default");
  CHECK(full.Told(full.small) ==
        std::vector<std::string>{"Evicted: gang ns/small is evicted for gang ns/big of "
                                 "queue default: it is entitled to more"});
  const std::vector<std::string> big = full.Told(full.big);
  CHECK(std::count(
            big.begin(), big.end(),
            "WaitingForVictims: victims: 1 gang, 1 pod; where they were starts gang ns/big") == 1);
}

TEST_CASE("the event says which right the eviction goes by, and when only members go") {
  Full preempted({EvictionCause::kPreemption, true});
  CHECK(preempted.Told(preempted.small)[0].ends_with(": it is more important"));
  Full overrun({EvictionCause::kOverrun, false});
  CHECK(overrun.Told(overrun.small)[0] ==
        "Evicted: gang ns/small loses 1 member for gang ns/big of queue default: it was "
        "passed on an estimate that did not hold");
}

TEST_CASE("a refused victim stays, says so, and is spared; one that nobody refused may be next") {
  const int code = GENERATE(429, 0);
  Full full;
  full.world.Tell(EvictionRefused{{full.small.uid}, code, "said a budget"});
  full.world.Run();
  const std::vector<std::string> told = full.Told(full.small);
  CHECK((told.back() == "! EvictionRefused: it stays: said a budget") == (code != 0));
  const State& state = full.world.state();
  const PodSlot& slot = state.pod(state.FindPod(full.small.uid));
  const Gang& gang = state.gang(slot.footing.gang);
  CHECK_FALSE(slot.evicting);
  CHECK_FALSE(gang.evicted);
  CHECK((gang.spared_until > full.world.Now()) == (code != 0));
  CHECK(state.gang(state.pod(state.FindPod(full.big.uid)).footing.gang).claim.empty());
}

// A gang of three in the way of a more important one, up to the claim; and what it left on record.
struct Interrupted {
  Interrupted() {
    big.priority = 10;
    ScriptedWorld world;
    world.See(MakeNode("n1", 4));
    world.Tell(Synced{});
    for (Pod& pod : low) world.See(pod);
    world.Run();
    for (Pod& pod : low) world.Accept(pod);
    world.Run();
    world.See(big);
    world.Run();
    REQUIRE(world.memories.size() == 1);
    REQUIRE(world.evictions.size() == 1);
    first = world.evictions[0];
    next.Tell(MemorySeen{world.memories[0]});
    next.See(MakeNode("n1", 4));
    next.See(big);
  }

  std::vector<Pod> low = {Member("low", 0, 3, 1), Member("low", 1, 3, 1), Member("low", 2, 3, 1)};
  Pod big = MakePod("big", 4);
  EvictPods first;
  ScriptedWorld next;  // of the daemon that comes after
};

TEST_CASE("what a daemon began to evict the next one ends, and repairs nothing of it") {
  Interrupted c;
  Pod going = On(c.low[2], "n1");
  going.deleting = true;
  c.next.See(On(c.low[1], "n1"));  // the first is gone
  c.next.See(going);
  c.next.See(Member("low", 3, 3, 1));  // made by its owner for the one that is gone
  c.next.Tell(Synced{});
  c.next.Run();
  REQUIRE(c.next.evictions.size() == 1);
  CHECK(c.next.evictions[0].message == c.first.message);
  REQUIRE(c.next.evictions[0].victims.size() == 1);
  REQUIRE(c.next.evictions[0].victims[0].pods.size() == 1);
  CHECK(c.next.evictions[0].victims[0].pods[0].uid == c.low[1].uid);
  CHECK(c.next.binds.empty());
  for (const PostEvent& event : c.next.events) CHECK(event.reason != "Evicted");
  c.next.Tell(PodGone{c.low[1].uid});
  c.next.Tell(PodGone{c.low[2].uid});
  c.next.Run();
  CHECK(c.next.NodeOf(c.big) == "n1");
  CHECK(c.next.BindsOf(c.low[0]) == 0);
}

TEST_CASE("an eviction that was on record and had not begun is begun") {
  Interrupted c;
  for (const Pod& pod : c.low) c.next.See(On(pod, "n1"));
  c.next.Tell(Synced{});
  c.next.Run();
  REQUIRE(c.next.evictions.size() == 1);
  REQUIRE(c.next.evictions[0].victims.size() == 1);
  CHECK(c.next.evictions[0].victims[0].pods.size() == 3);
  CHECK(c.next.plans.back().claims.empty());  // nobody is evicted for it twice
}

TEST_CASE("where the claimant is gone nobody is evicted for it any more") {
  Interrupted c;
  for (const Pod& pod : c.low) c.next.See(On(pod, "n1"));
  c.next.Tell(PodGone{c.big.uid});
  c.next.Tell(Synced{});
  c.next.Run();
  CHECK(c.next.evictions.empty());
}

TEST_CASE("a refused eviction is not on record any more") {
  Full full;
  full.world.Tell(EvictionRefused{{full.small.uid}, 429, "said a budget"});
  full.world.Run(absl::Seconds(60));
  REQUIRE(full.world.memories.size() >= 2);
  CHECK(full.world.memories.back().claims.empty());
}

}  // namespace
}  // namespace muster::loop::test
