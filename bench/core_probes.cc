// SPDX-License-Identifier: Apache-2.0
#include "bench/core_probes.h"

#include <algorithm>
#include <queue>

namespace muster::bench {

namespace {

__attribute__((target_clones("avx512f", "avx2", "default"))) void Rooms(
    const int64_t* cpu, const int64_t* memory, const int64_t* pods, int64_t want_cpu,
    int64_t want_memory, int32_t* rooms, size_t count) {
  const auto by_cpu = static_cast<double>(want_cpu);
  const auto by_memory = static_cast<double>(want_memory);
  for (size_t i = 0; i < count; ++i) {
    const double room =
        std::min({static_cast<double>(cpu[i]) / by_cpu, static_cast<double>(memory[i]) / by_memory,
                  static_cast<double>(pods[i])});
    rooms[i] = static_cast<int32_t>(room);
  }
}

std::vector<int32_t> RoomsOf(const Columns& columns, int64_t cpu, int64_t memory) {
  std::vector<int32_t> rooms(columns.cpu.size());
  Rooms(columns.cpu.data(), columns.memory.data(), columns.pods.data(), cpu, memory, rooms.data(),
        rooms.size());
  return rooms;
}

}  // namespace

Columns UniformColumns(size_t nodes, int64_t cpu, int64_t memory, int64_t pods) {
  Columns columns;
  columns.cpu.assign(nodes, cpu);
  columns.memory.assign(nodes, memory);
  columns.pods.assign(nodes, pods);
  return columns;
}

int64_t HeapFill(Columns columns, int64_t cpu, int64_t memory, int64_t members) {
  std::vector<std::pair<int64_t, uint32_t>> nodes;
  for (uint32_t i = 0; i < columns.cpu.size(); ++i) nodes.emplace_back(columns.cpu[i], i);
  std::priority_queue<std::pair<int64_t, uint32_t>> heap({}, std::move(nodes));
  int64_t placed = 0;
  while (placed < members && !heap.empty()) {
    const uint32_t node = heap.top().second;
    heap.pop();
    if (columns.cpu[node] < cpu || columns.memory[node] < memory || columns.pods[node] < 1)
      continue;
    columns.cpu[node] -= cpu;
    columns.memory[node] -= memory;
    columns.pods[node] -= 1;
    ++placed;
    heap.emplace(columns.cpu[node], node);
  }
  return placed;
}

int64_t ColumnScan(const Columns& columns, int64_t cpu, int64_t memory) {
  const std::vector<int32_t> rooms = RoomsOf(columns, cpu, memory);
  return std::max_element(rooms.begin(), rooms.end()) - rooms.begin();
}

int64_t SlotFill(const Columns& columns, int64_t cpu, int64_t memory, int64_t members) {
  const std::vector<int32_t> rooms = RoomsOf(columns, cpu, memory);
  int64_t placed = 0;
  for (size_t i = 0; i < rooms.size() && placed < members; ++i) {
    placed += std::min<int64_t>(rooms[i], members - placed);
  }
  return placed;
}

}  // namespace muster::bench
