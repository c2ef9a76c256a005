// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"

namespace muster::bench {

namespace {

constexpr int kMembers = 10;
constexpr int kRuns = 31;

// One new gang per cycle, in a cluster with one pod's room left on each node.
double GangThatFits(int nodes, bool cold) {
  World world(nodes);
  world.FillNodes(kPodCpu);
  world.AddGang(kMembers);
  world.Decide();
  world.Confirm();
  return MedianMicros(
      kRuns,
      [&world, cold] {
        world.Confirm();
        world.AddGang(kMembers);
        if (cold) ColdCaches();
      },
      [&world] { Keep(world.Decide()); });
}

// The gang finds no room: it is told why, and another cycle comes with every change.
double GangThatWaits(int nodes) {
  World world(nodes);
  world.FillNodes(kPodCpu);
  world.AddGang(kMembers, 2 * kPodCpu);
  return MedianMicros(
      kRuns, [] {}, [&world] { Keep(world.Decide()); });
}

}  // namespace

void SteadyCycle() {
  Table table("One new gang of 10 in a full cluster, decided and assumed");
  double first = 0;
  for (int nodes : {1'000, 5'000, 20'000}) {
    const double fits = GangThatFits(nodes, false);
    if (first == 0) first = fits;
    table.Row(absl::StrCat(nodes, " nodes, it fits, warm caches"), fits, "us");
    table.Row(absl::StrCat(nodes, " nodes, it fits, cold caches"), GangThatFits(nodes, true), "us");
    table.Row(absl::StrCat(nodes, " nodes, it waits, warm caches"), GangThatWaits(nodes), "us");
    if (nodes > 1'000) {
      table.Row(absl::StrCat("    it fits: of the cost with 1,000 nodes, ", nodes / 1'000, " x"),
                fits / first, "x", 1.5);
    }
  }
}

}  // namespace muster::bench
