// SPDX-License-Identifier: Apache-2.0
#include "policies/place.h"

#include <algorithm>
#include <queue>

namespace muster {

namespace {

// Rate in the upper half, inverted name rank in the lower: a larger key is a better node, and no
// two are equal.
using Key = uint64_t;

Key MakeKey(int32_t rate, uint32_t rank) {
  return (static_cast<Key>(static_cast<uint32_t>(rate)) << 32) | (~rank & 0xffffffffu);
}

NodeId NodeOf(Key key, const Nodes& nodes) {
  return nodes.by_rank(~static_cast<uint32_t>(key & 0xffffffffu));
}

std::vector<Key> Candidates(Draft& draft, const Profile& profile, RoleId role,
                            absl::Span<const int32_t> rooms) {
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  const auto count = static_cast<uint32_t>(nodes.size());
  std::vector<int32_t> rates(count, 0);
  profile.scorer->Rate(state.roles().at(role), state, NodeRange{0, count}, absl::MakeSpan(rates));
  std::vector<Key> keys;
  keys.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    if (rooms[i] > 0) keys.push_back(MakeKey(rates[i], nodes.rank(NodeId{i})));
  }
  return keys;
}

// Best nodes whole. Only as many keys are sorted as the count needs: the prefix grows by doubling.
std::vector<HoldSlot> FillWhole(std::vector<Key> keys, const Nodes& nodes,
                                absl::Span<const int32_t> rooms, int32_t count) {
  std::vector<HoldSlot> slots;
  size_t sorted = 0;
  size_t step = 16;
  while (count > 0 && sorted < keys.size()) {
    const size_t end = std::min(keys.size(), sorted + step);
    const auto from = keys.begin() + static_cast<std::ptrdiff_t>(sorted);
    const auto to = keys.begin() + static_cast<std::ptrdiff_t>(end);
    if (end < keys.size()) std::nth_element(from, to, keys.end(), std::greater<>());
    std::sort(from, to, std::greater<>());
    for (; sorted < end && count > 0; ++sorted) {
      const NodeId node = NodeOf(keys[sorted], nodes);
      const int32_t take = std::min(count, rooms[node.value]);
      slots.push_back(HoldSlot{node, take});
      count -= take;
    }
    sorted = end;
    step *= 4;
  }
  return slots;
}

// One at a time, the node's rate asked again after each.
std::vector<HoldSlot> FillOneByOne(Draft& draft, const Profile& profile, const Gang& gang,
                                   RoleId role, int32_t count, Tree::Use use, std::vector<Key> keys,
                                   std::vector<int32_t> rooms) {
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  std::priority_queue<Key> best(std::less<Key>(), std::move(keys));
  std::vector<int32_t> rates(nodes.size(), 0);
  std::vector<int32_t> taken(nodes.size(), 0);
  std::vector<NodeId> order;
  for (; count > 0 && !best.empty(); --count) {
    const NodeId node = NodeOf(best.top(), nodes);
    best.pop();
    draft.Take(gang, role, node, 1, use);
    if (taken[node.value]++ == 0) order.push_back(node);
    if (--rooms[node.value] == 0) continue;
    profile.scorer->Rate(state.roles().at(role), state, NodeRange{node.value, node.value + 1},
                         absl::MakeSpan(rates));
    best.push(MakeKey(rates[node.value], nodes.rank(node)));
  }
  std::vector<HoldSlot> slots;
  for (NodeId node : order) slots.push_back(HoldSlot{node, taken[node.value]});
  return slots;
}

}  // namespace

std::vector<HoldSlot> Place(Draft& draft, const Profile& profile, const Gang& gang, RoleId role,
                            int32_t count, Tree::Use use) {
  if (count <= 0) return {};
  const absl::Span<const int32_t> rooms = RoomsOf(draft, profile, role);
  std::vector<Key> keys = Candidates(draft, profile, role, rooms);
  if (profile.scorer->filling() == Filling::kOneByOne) {
    return FillOneByOne(draft, profile, gang, role, count, use, std::move(keys),
                        std::vector<int32_t>(rooms.begin(), rooms.end()));
  }
  std::vector<HoldSlot> slots = FillWhole(std::move(keys), draft.state().nodes(), rooms, count);
  for (const HoldSlot& slot : slots) draft.Take(gang, role, slot.node, slot.count, use);
  return slots;
}

int64_t SumOfRooms(absl::Span<const int32_t> rooms, int64_t enough) {
  int64_t sum = 0;
  for (int32_t room : rooms) sum += room;
  return std::min(sum, enough);
}

int32_t CountOf(const std::vector<HoldSlot>& slots) {
  int32_t count = 0;
  for (const HoldSlot& slot : slots) count += slot.count;
  return count;
}

}  // namespace muster
