// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_probes.h"
#include "bench/core_world.h"

namespace muster::bench {

namespace {

constexpr int kMembers = 10'000;
constexpr int kRuns = 7;

void On(int nodes, double target_us, Table* table) {
  const Columns columns = UniformColumns(nodes, kNodeCpu, kNodeMemory, kNodePods);
  const auto nothing = [] {};
  const double heap = MedianMicros(
      kRuns, nothing, [&columns] { Keep(HeapFill(columns, kPodCpu, kPodMemory, kMembers)); });
  const double scan =
      MedianMicros(kRuns, nothing, [&columns] { Keep(ColumnScan(columns, kPodCpu, kPodMemory)); });

  World world(nodes);
  const double told_from = CpuMicros();
  world.AddGang(kMembers);
  const double told = CpuMicros() - told_from;
  // A cycle leaves the state as it found it: the same decision can be asked for again.
  const auto decide = [&world] {
    Keep(static_cast<int64_t>(Cycle(world.state, world.profile, world.now).steps.size()));
  };
  ColdCaches();
  const double first_from = CpuMicros();
  decide();
  const double first = CpuMicros() - first_from;
  const double cold = MedianMicros(kRuns, ColdCaches, decide);
  const double warm = MedianMicros(kRuns, nothing, decide);
  const double assume_from = CpuMicros();
  const int64_t placed = world.Decide();
  const double assume = CpuMicros() - assume_from - warm;

  const std::string on = absl::StrCat(kMembers, " members on ", nodes, " nodes: ");
  table->Row(on + "decision, first (nothing known of the shape)", first, "us");
  table->Row(on + "decision, cold caches", cold, "us", target_us);
  table->Row(on + "decision, warm caches", warm, "us", target_us);
  table->Ratio("    warm", warm, heap, "bare heap fill (target <= 4)");
  table->Ratio("    warm", warm, scan, "bare column scan");
  table->Row("    hearing of a member", told / kMembers, "us");
  table->Row("    assuming a placement", assume / static_cast<double>(placed), "us");
}

}  // namespace

void HugeGang() {
  Table table("One gang of 10,000 members of one shape");
  On(1'000, 1'000, &table);
  On(100'000, 10'000, &table);
}

}  // namespace muster::bench
