// SPDX-License-Identifier: Apache-2.0
// What a gang needs to start, by role: existing members and those that are only forecast.
#pragma once

#include <vector>

#include "scheduler/state/state.h"

namespace muster {

struct Part {
  RoleId role;
  std::vector<PodId> pods;  // arrival order
  int32_t forecast = 0;     // members that do not exist yet: their room is held

  int32_t count() const { return static_cast<int32_t>(pods.size()) + forecast; }
};

using Shape = std::vector<Part>;

// Of a waiting gang that is complete (see Judge). Spark: the driver and its first executors; else
// the oldest members up to the minimum.
Shape StartShape(const State& state, const Gang& gang);

// Members grouped by role, first seen first.
Shape ShapeOf(const State& state, absl::Span<const PodId> members);

Amounts Sum(const State& state, const Shape& shape);
int32_t CountOf(const Shape& shape);

// "driver", "executor" or "member": the role's name for people.
absl::string_view RoleName(const Gang& gang, const Part& part);

}  // namespace muster
