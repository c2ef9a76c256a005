// SPDX-License-Identifier: Apache-2.0
// The second opinion where roles compete for the same nodes: a flow of members over classes of
// nodes that the roles cannot tell apart. Exact where nodes are like slots (whoever is admitted
// takes an equal part of the node); elsewhere an upper bound, and a placement to be tried.
#pragma once

#include <vector>

#include "absl/container/inlined_vector.h"
#include "policies/rooms.h"
#include "scheduler/cycle/shape.h"

namespace muster {

// What nodes are looked at: as they are, or as if nobody were on them.
enum class Measure { kFree, kAllocatable };

struct SlotClass {
  absl::InlinedVector<int32_t, 4> rooms;  // by part: how many of it a node takes, alone
  int32_t slots = 0;                      // of all parts together, at most
  bool exact = true;                      // every mix of them up to `slots` fits
  std::vector<NodeId> nodes;              // in name order
};

struct SlotFlow {
  int64_t members = 0;                         // that find a place, at most
  bool exact = true;                           // as many do
  std::vector<std::vector<int64_t>> assigned;  // by part, by class
  int64_t missing = 0;                         // members without a place, at least
  std::vector<bool> short_parts;               // whose they are: the parts on the minimum cut
};

// Nodes without room for any part are in none. In name order of their first nodes.
std::vector<SlotClass> SlotClassesOf(Draft& draft, const Profile& profile, const Shape& shape,
                                     Measure measure);

SlotFlow FlowOf(const Shape& shape, const std::vector<SlotClass>& classes);

// Whether the network stays small enough to be looked at.
bool Flows(const Shape& shape, const std::vector<SlotClass>& classes);

// Nodes for the members, by part.
using Places = std::vector<std::vector<HoldSlot>>;

// Where the flow puts all members: nodes of a class filled one after the other, or dealt to like
// cards. Empty where they cannot be filled so. Only the draft knows whether that room is there.
Places PlacesOf(const std::vector<SlotClass>& classes, const SlotFlow& flow, bool dealt);

}  // namespace muster
