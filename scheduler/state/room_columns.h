// SPDX-License-Identifier: Apache-2.0
// How many more of a role each node takes, kept between cycles and brought up to date from the
// nodes' journal (policies/rooms.h). Derived only: dropping it changes no decision.
#pragma once

#include <cstdint>
#include <vector>

namespace muster {

struct RoomColumns {
  // Limit by what the Node object says (labels, taints): 0 or more; asked again when it changes.
  std::vector<int32_t> fixed;
  // Minimum of `fixed` and what usage leaves.
  std::vector<int32_t> rooms;
  uint64_t position = 0;  // of the journal, up to which both are true
  bool filled = false;
};

}  // namespace muster
