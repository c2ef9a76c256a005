// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_probes.h"
#include "bench/core_world.h"

namespace muster::bench {

namespace {

constexpr int kGangs = 1'000;
constexpr int kMembers = 10;
constexpr int kNodes = 5'000;
constexpr int kRuns = 5;

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// All gangs are there, and one cycle starts them.
double InOneCycle(bool cold) {
  World world(kNodes);
  for (int i = 0; i < kGangs; ++i) world.AddGang(kMembers);
  if (cold) ColdCaches();
  const double from = CpuMicros();
  Keep(world.Decide());
  return CpuMicros() - from;
}

// A cycle for each gang as it comes.
double OneByOne(double* told) {
  World world(kNodes);
  double decided = 0;
  *told = 0;
  for (int i = 0; i < kGangs; ++i) {
    const double from = CpuMicros();
    world.AddGang(kMembers);
    const double heard = CpuMicros();
    Keep(world.Decide());
    *told += heard - from;
    decided += CpuMicros() - heard;
    world.Confirm();
  }
  return decided;
}

}  // namespace

void ManyGangs() {
  Table table(
      absl::StrCat(kGangs, " gangs of ", kMembers, " on ", kNodes, " nodes, decided and assumed"));
  std::vector<double> cold, warm, live, told;
  for (int i = 0; i < kRuns; ++i) {
    cold.push_back(InOneCycle(true));
    warm.push_back(InOneCycle(false));
    told.emplace_back();
    live.push_back(OneByOne(&told.back()));
  }
  const Columns columns = UniformColumns(kNodes, kNodeCpu, kNodeMemory, kNodePods);
  const double heap = MedianMicros(
      kRuns, [] {},
      [&columns] { Keep(HeapFill(columns, kPodCpu, kPodMemory, kGangs * kMembers)); });
  constexpr double kAll = kGangs * kMembers;
  table.Row("in one cycle, cold caches", kAll / Median(cold) * 1e6, "members/s", 200'000, false);
  table.Row("in one cycle, warm caches", kAll / Median(warm) * 1e6, "members/s", 200'000, false);
  table.Row("a cycle for each gang", kAll / Median(live) * 1e6, "members/s", 200'000, false);
  table.Ratio("    in one cycle, warm", Median(warm), heap, "bare heap fill of the same members");
  table.Row("    hearing of a member", Median(told) / kAll, "us");
}

}  // namespace muster::bench
