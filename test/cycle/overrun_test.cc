// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/overrun.h"

#include "scheduler/cycle/cycle.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Passed {
  Witness w;
  Profile profile = MakeProfile("bin-pack");
  Pod running = MakePod("running", 4);
  Pod head = MakePod("head", 6, 1);
  Pod passer = MakePod("passer", 2, 2);

  Passed() {
    QueueConfig config = DefaultQueueConfig();
    config.queues[0].backfill = true;
    w.Hear(QueuesSeen{config});
    w.See(MakeNode("n1", 8));
    w.Hear(Synced{});
    running.runtime = absl::Seconds(100);
    passer.runtime = absl::Seconds(50);
    for (const Pod& pod : {running, head, passer}) w.See(pod);
    w.state.Assume(Cycle(w.state, profile, w.now), w.now);
  }
  bool overrun() const { return Overrun(w.state, w.GangOf(passer), w.now); }
};

TEST_CASE("a gang that passed a head overruns when its estimate is over and the head still waits") {
  Passed p;
  REQUIRE(p.w.GangOf(p.passer).state == GangState::kStarting);
  REQUIRE(p.w.GangOf(p.head).state == GangState::kWaiting);
  CHECK(p.w.GangOf(p.passer).passed == p.head.uid);
  CHECK(p.w.GangOf(p.running).passed.empty());
  CHECK_FALSE(p.overrun());
  p.w.Pass(absl::Seconds(50));
  CHECK_FALSE(p.overrun());  // it may still be on its way out
  p.w.Pass(kEstimateGrace);
  CHECK(p.overrun());
  CHECK(OverrunHead(p.w.state, p.w.GangOf(p.passer), p.w.now) == p.w.GangOf(p.head).id);
  p.w.Gone(p.head);
  CHECK_FALSE(p.overrun());
}

TEST_CASE("who did not pass does not overrun") {
  Passed p;
  p.w.Pass(absl::Hours(1));
  CHECK_FALSE(Overrun(p.w.state, p.w.GangOf(p.running), p.w.now));
}

}  // namespace
}  // namespace muster::test
