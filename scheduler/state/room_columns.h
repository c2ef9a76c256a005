// SPDX-License-Identifier: Apache-2.0
// How many more of a role each node takes and which node is the best home for one, kept between
// cycles and brought up to date from the nodes' journal (policies/rooms.h). Derived only: dropping
// it changes no decision.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/state/tournament.h"

namespace muster {

// Of RoomColumns::refused_by: no filter refuses the node, or there is none.
inline constexpr uint8_t kByNobody = 255;
inline constexpr uint8_t kByAbsence = 254;

struct RoomColumns {
  // Limit by what the Node object says (labels, taints): 0 or more; asked again when it changes.
  std::vector<int32_t> fixed;
  // Minimum of `fixed` and what usage leaves.
  std::vector<int32_t> rooms;
  int64_t sum = 0;  // of rooms
  // The filter of the profile that leaves the node no room: the first that the Node object is
  // enough for, else the first that follows usage. And of how many nodes each is that.
  std::vector<uint8_t> refused_by;
  std::vector<int64_t> refusals;
  bool known = false;           // all above is, as of the rest
  uint64_t position = 0;        // of the journal, up to which it is true
  uint64_t object_changes = 0;  // of the nodes by then: `fixed` holds until there are more
  // The scorer's word on each node, and the best node that has room. A node that was chosen takes
  // no part until it is brought up to date: whoever chooses it takes room on it, which the journal
  // says.
  std::vector<int32_t> rates;
  Tournament best;
  absl::string_view rated_by;  // name of the scorer that both are of
  uint64_t rated_at = 0;       // position of the journal up to which they are true
};

}  // namespace muster
