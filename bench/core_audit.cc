// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"
#include "scheduler/state/audit.h"

namespace muster::bench {
namespace {

// The least that any audit does: what each node has given out, added up from the pods.
int64_t SumByNode(const State& state, std::vector<int64_t>* sums) {
  sums->assign(state.nodes().size(), 0);
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || !slot.footing.node.valid()) continue;
    (*sums)[slot.footing.node.value] += AmountAt(state.roles().at(slot.footing.role).each, 0);
  }
  return sums->front();
}

void AuditOf(int nodes, int pods) {
  constexpr int kMembers = 20;
  constexpr int kRuns = 7;
  World world(nodes);
  for (int i = 0; i < pods / kMembers; ++i) world.AddGang(kMembers);
  world.Decide();
  world.Confirm();
  Table table(absl::StrCat("The books recomputed: ", pods, " bound pods on ", nodes, " nodes"));
  std::vector<int64_t> sums;
  const double probe =
      MedianMicros(kRuns, ColdCaches, [&] { Keep(SumByNode(world.state, &sums)); });
  const double audit = MedianMicros(kRuns, ColdCaches,
                                    [&] { Keep(static_cast<int64_t>(Audit(world.state).size())); });
  table.Row("an audit, which the loop waits for", audit / 1e3, "ms", 100);
  table.Ratio("    of the least", audit, probe, "one pass over the pods");
  // The daemon audits once a minute, or after a thousand times as long as the last one took.
  table.Row("    of the daemon's time", 100 * audit / std::max(60e6, 1'000 * audit), "%", 0.5);
}

}  // namespace

void Audits() {
  AuditOf(1'000, 10'000);
  AuditOf(10'000, 100'000);
}

}  // namespace muster::bench
