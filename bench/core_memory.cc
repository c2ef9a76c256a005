// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"

namespace muster::bench {

namespace {

double HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

}  // namespace

void Memory() {
  Table table("What is held, as the heap grows");
  constexpr int kNodes = 10'000;
  constexpr int kGangs = 5'000;
  constexpr int kMembers = 20;
  const double before = HeapBytes();
  World world(kNodes);
  const double with_nodes = HeapBytes();
  for (int i = 0; i < kGangs; ++i) world.AddGang(kMembers);
  const double waiting = HeapBytes();
  world.Decide();
  world.Confirm();
  world.plan = Plan();
  const double bound = HeapBytes();
  table.Row("a node", (with_nodes - before) / kNodes, "bytes", 2'048);
  table.Row("a waiting pod", (waiting - with_nodes) / (kGangs * kMembers), "bytes", 4'096);
  table.Row("a bound pod", (bound - with_nodes) / (kGangs * kMembers), "bytes", 4'096);
}

}  // namespace muster::bench
