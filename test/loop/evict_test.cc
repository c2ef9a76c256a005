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

}  // namespace
}  // namespace muster::loop::test
