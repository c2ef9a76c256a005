// SPDX-License-Identifier: Apache-2.0
// Members by role: those that exist, and those that are only forecast.
#pragma once

#include <cstdint>
#include <vector>

#include "scheduler/model/ids.h"

namespace muster {

struct Part {
  RoleId role;
  std::vector<PodId> pods;  // arrival order
  int32_t forecast = 0;     // members that do not exist yet: their room is held

  int32_t count() const { return static_cast<int32_t>(pods.size()) + forecast; }
  friend bool operator==(const Part&, const Part&) = default;
};

using Shape = std::vector<Part>;

}  // namespace muster
