// SPDX-License-Identifier: Apache-2.0
// How full a node would be with one more of a role: the largest of cpu's and memory's use over
// allocatable, in parts of kBestRate. Nodes without either rate as full.
#pragma once

#include <algorithm>

#include "policies/policy.h"

namespace muster {

inline int32_t UseRate(const RoleClass& role, const State& state, uint32_t node) {
  double fullest = 0.0;
  for (uint32_t column : {kCpuColumn, kMemoryColumn}) {
    const auto allocatable = state.nodes().allocatable(column);
    if (allocatable.empty() || allocatable[node] <= 0) return kBestRate;
    const double all = static_cast<double>(allocatable[node]);
    const double left = static_cast<double>(state.nodes().free(column)[node]) -
                        static_cast<double>(AmountAt(role.each, column));
    fullest = std::max(fullest, (all - left) / all);
  }
  return static_cast<int32_t>(std::clamp(fullest, 0.0, 1.0) * kBestRate);
}

}  // namespace muster
