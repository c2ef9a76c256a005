// SPDX-License-Identifier: Apache-2.0
#include "policies/place.h"

#include <algorithm>

#include "absl/container/btree_map.h"

namespace muster {

namespace {

// Best nodes whole: rates do not change meanwhile.
std::vector<HoldSlot> FillWhole(Draft& draft, const Profile& profile, const Gang& gang, RoleId role,
                                int32_t count, Tree::Use use) {
  std::vector<HoldSlot> slots;
  RoomColumns& columns = Rated(draft, profile, role);
  while (count > 0) {
    const NodeId node = TakeBest(draft.state().nodes(), &columns);
    if (!node.valid()) break;
    const int32_t take = std::min(count, columns.rooms[node.value]);
    draft.Take(gang, role, node, take, use);
    slots.push_back(HoldSlot{node, take});
    count -= take;
  }
  return slots;
}

// One at a time, the node's rate asked again after each.
std::vector<HoldSlot> FillOneByOne(Draft& draft, const Profile& profile, const Gang& gang,
                                   RoleId role, int32_t count, Tree::Use use) {
  std::vector<HoldSlot> slots;
  absl::btree_map<NodeId, size_t> slot_of;
  for (; count > 0; --count) {
    const NodeId node = TakeBest(draft.state().nodes(), &Rated(draft, profile, role));
    if (!node.valid()) break;
    draft.Take(gang, role, node, 1, use);
    const auto [slot, fresh] = slot_of.try_emplace(node, slots.size());
    if (fresh) slots.push_back(HoldSlot{node, 0});
    ++slots[slot->second].count;
  }
  return slots;
}

}  // namespace

std::vector<HoldSlot> Place(Draft& draft, const Profile& profile, const Gang& gang, RoleId role,
                            int32_t count, Tree::Use use) {
  return profile.scorer->filling() == Filling::kOneByOne
             ? FillOneByOne(draft, profile, gang, role, count, use)
             : FillWhole(draft, profile, gang, role, count, use);
}

int32_t CountOf(const std::vector<HoldSlot>& slots) {
  int32_t count = 0;
  for (const HoldSlot& slot : slots) count += slot.count;
  return count;
}

}  // namespace muster
