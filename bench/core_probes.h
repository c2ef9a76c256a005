// SPDX-License-Identifier: Apache-2.0
// What the machine can do, in the same process: the least that any scheduler has to compute,
// without gangs, queues, undo or names. Benchmarks are read as ratios against these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster::bench {

struct Columns {
  std::vector<int64_t> cpu, memory, pods;
};

Columns UniformColumns(size_t nodes, int64_t cpu, int64_t memory, int64_t pods);

// Bare heap fill: `members` equal pods, each to the emptiest node, a heap of nodes. Returns members
// placed.
int64_t HeapFill(Columns columns, int64_t cpu, int64_t memory, int64_t members);

// Bare column scan: room on each node by three resources, and the best node.
int64_t ColumnScan(const Columns& columns, int64_t cpu, int64_t memory);

// Bare slot fill: room by node, filled in node order.
int64_t SlotFill(const Columns& columns, int64_t cpu, int64_t memory, int64_t members);

}  // namespace muster::bench
