// SPDX-License-Identifier: Apache-2.0
// What the state only remembers is what working it out anew gives: the needs of waiting gangs, and
// the numbers of their arrival.
#include <catch2/catch.hpp>

#include "scheduler/cycle/cycle.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/shape.h"
#include "test/cycle/random_cluster.h"

namespace muster::test {
namespace {

constexpr uint64_t kSeeds = 200;

TEST_CASE("remembered needs and numbers are true over random histories") {
  int64_t needs = 0;
  int64_t pairs = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomCluster c(seed);
    for (int round = 0; round < 20; ++round) {
      CAPTURE(seed, round);
      if (round % 4 == 0) {
        c.Live();
      } else {
        c.LiveALittle();
      }
      const Plan plan = Cycle(c.w.state, c.profile, c.w.now);
      Draft draft(c.w.state);
      const Gang* last = nullptr;
      for (const Gang& gang : c.w.state.gangs()) {
        if (!gang.id.valid()) continue;
        REQUIRE(gang.arrival > 0);
        if (last != nullptr) {
          REQUIRE(ArrivedBefore(*last, gang) == ArrivedBeforeByName(*last, gang));
          ++pairs;
        }
        last = &gang;
        if (gang.state != GangState::kWaiting || gang.waiting.empty()) continue;
        if (!gang.queue.valid()) continue;
        const Shape anew = MakeStartShape(c.w.state, gang);
        REQUIRE(StartShape(c.w.state, gang) == anew);
        REQUIRE(StartSum(c.w.state, gang) == Sum(c.w.state, anew));
        Askers& askers = c.w.state.start_shapes().askers();
        REQUIRE(KindOf(c.w.state, gang) == askers.Intern(gang, anew, c.w.state.tree()));
        const Reason impossible = ExplainImpossible(draft, c.profile, gang, anew);
        REQUIRE(CouldStart(draft, c.profile, gang) == (impossible.code == ReasonCode::kNone));
        ++needs;
      }
      c.Act(plan);
    }
  }
  CHECK(needs > 2000);
  CHECK(pairs > 10000);
}

}  // namespace
}  // namespace muster::test
