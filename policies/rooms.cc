// SPDX-License-Identifier: Apache-2.0
#include "policies/rooms.h"

#include <algorithm>
#include <numeric>

namespace muster {

namespace {

// Rate in the upper half, inverted name rank in the lower: a larger key is a better node, and no
// two are equal. 0 is no node's: the rate is one too high.
Tournament::Key MakeKey(int32_t rate, uint32_t rank) {
  return (static_cast<uint64_t>(static_cast<uint32_t>(rate) + 1) << 32) | (~rank & 0xffffffffu);
}

NodeId NodeOf(Tournament::Key key, const Nodes& nodes) {
  return nodes.by_rank(~static_cast<uint32_t>(key & 0xffffffffu));
}

// One question to the policies about a range of nodes.
struct Asker {
  const Profile& profile;
  const RoleClass& role;
  const State& state;
  RoomColumns* columns;

  void Ask(NodeRange range, bool follows_usage, std::vector<int32_t>* rooms) const {
    for (size_t filter = 0; filter < profile.filters.size(); ++filter) {
      if (profile.filters[filter]->follows_usage() != follows_usage) continue;
      profile.filters[filter]->Limit(role, state, range, absl::MakeSpan(*rooms));
      for (uint32_t i = range.first; i < range.last; ++i) {
        if ((*rooms)[i] <= 0 && columns->refused_by[i] == kByNobody) Refuse(i, filter);
      }
    }
  }

  void Refuse(uint32_t node, size_t filter) const {
    columns->refused_by[node] = static_cast<uint8_t>(filter);
    ++columns->refusals[filter];
  }

  // Whether usage, or anything, was what refused it.
  void Forgive(uint32_t node, bool usage_alone) const {
    uint8_t& by = columns->refused_by[node];
    if (by < profile.filters.size()) {
      if (usage_alone && !profile.filters[by]->follows_usage()) return;
      --columns->refusals[by];
    } else if (usage_alone) {
      return;
    }
    by = state.nodes().present(NodeId{node}) ? kByNobody : kByAbsence;
  }

  void FillFixed() const {
    const NodeRange all{0, static_cast<uint32_t>(state.nodes().size())};
    columns->fixed.assign(all.last, kAnyRoom);
    columns->refusals.assign(profile.filters.size(), 0);
    columns->refused_by.assign(all.last, kByNobody);
    for (uint32_t i = 0; i < all.last; ++i) Forgive(i, false);
    Ask(all, false, &columns->fixed);
  }

  void RefreshFixed(uint32_t node) const {
    if (state.nodes().object_changed(NodeId{node}) < columns->position) return;
    columns->fixed[node] = kAnyRoom;
    Forgive(node, false);
    Ask(NodeRange{node, node + 1}, false, &columns->fixed);
  }

  void FillRooms() const {
    const NodeRange all{0, static_cast<uint32_t>(state.nodes().size())};
    columns->rooms = columns->fixed;
    for (uint32_t i = 0; i < all.last; ++i) Forgive(i, true);
    Ask(all, true, &columns->rooms);
    columns->sum = std::accumulate(columns->rooms.begin(), columns->rooms.end(), int64_t{0});
  }

  void RefreshRoom(uint32_t node) const {
    const NodeRange one{node, node + 1};
    columns->sum -= columns->rooms[node];
    columns->rooms[node] = columns->fixed[node];
    Forgive(node, true);
    Ask(one, true, &columns->rooms);
    columns->sum += columns->rooms[node];
  }

  void RateAll() const {
    const NodeRange all{0, static_cast<uint32_t>(state.nodes().size())};
    columns->rates.resize(all.last);
    profile.scorer->Rate(role, state, all, absl::MakeSpan(columns->rates));
    std::vector<Tournament::Key> keys(all.last, 0);
    for (uint32_t i = 0; i < all.last; ++i) {
      if (columns->rooms[i] > 0)
        keys[i] = MakeKey(columns->rates[i], state.nodes().rank(NodeId{i}));
    }
    columns->best.Assign(keys);
    columns->rated_by = profile.scorer->name();
  }

  void Rate(uint32_t node) const {
    if (columns->rooms[node] <= 0) {
      columns->best.Set(node, 0);
      return;
    }
    profile.scorer->Rate(role, state, NodeRange{node, node + 1}, absl::MakeSpan(columns->rates));
    columns->best.Set(node, MakeKey(columns->rates[node], state.nodes().rank(NodeId{node})));
  }
};

// What changed since then, one by one; false where a vectorised pass over all nodes is cheaper than
// many single ones.
template <typename Visit>
bool Follow(const Nodes& nodes, uint64_t since, Visit visit) {
  absl::Span<const NodeId> changed;
  if (!nodes.Since(since, &changed) || changed.size() > nodes.size() / 8) return false;
  for (size_t i = 0; i < changed.size(); ++i) {
    if (i == 0 || changed[i] != changed[i - 1]) visit(changed[i].value);
  }
  return true;
}

}  // namespace

RoomColumns& UpToDate(Draft& draft, const Profile& profile, RoleId role) {
  RoomColumns& columns = draft.rooms(role);
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  const Asker asker{profile, state.roles().at(role), state, &columns};
  const bool known = columns.known && columns.fixed.size() == nodes.size();
  const bool followed = known && Follow(nodes, columns.position, [&asker](uint32_t node) {
                          asker.RefreshFixed(node);
                          asker.RefreshRoom(node);
                        });
  if (!followed) {
    if (!known) asker.FillFixed();
    for (uint32_t i = 0; known && i < nodes.size(); ++i) asker.RefreshFixed(i);
    asker.FillRooms();
  }
  columns.known = true;
  columns.position = nodes.journal_end();
  columns.object_changes = nodes.object_changes();
  return columns;
}

RoomColumns& Rated(Draft& draft, const Profile& profile, RoleId role) {
  RoomColumns& columns = UpToDate(draft, profile, role);
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  const Asker asker{profile, state.roles().at(role), state, &columns};
  const bool known =
      columns.rates.size() == nodes.size() && columns.rated_by == profile.scorer->name();
  const auto rate = [&asker](uint32_t node) { asker.Rate(node); };
  if (!known || !Follow(nodes, columns.rated_at, rate)) asker.RateAll();
  columns.rated_at = nodes.journal_end();
  return columns;
}

absl::Span<const int32_t> RoomsOf(Draft& draft, const Profile& profile, RoleId role) {
  return UpToDate(draft, profile, role).rooms;
}

absl::Span<const int32_t> AdmissionOf(Draft& draft, const Profile& profile, RoleId role) {
  const RoomColumns& columns = draft.rooms(role);
  const Nodes& nodes = draft.state().nodes();
  const bool holds = columns.known && columns.fixed.size() == nodes.size() &&
                     columns.object_changes == nodes.object_changes();
  return holds ? columns.fixed : UpToDate(draft, profile, role).fixed;
}

bool Admits(Draft& draft, const Profile& profile, RoleId role, NodeId node) {
  return AdmissionOf(draft, profile, role)[node.value] > 0;
}

absl::Span<const int64_t> RefusalsOf(Draft& draft, const Profile& profile, RoleId role) {
  return UpToDate(draft, profile, role).refusals;
}

int64_t CountAdmitting(Draft& draft, const Profile& profile, RoleId role) {
  const auto refusals = RefusalsOf(draft, profile, role);
  int64_t count = draft.state().nodes().count();
  for (size_t filter = 0; filter < refusals.size(); ++filter) {
    if (!profile.filters[filter]->follows_usage()) count -= refusals[filter];
  }
  return count;
}

int64_t SumOfRooms(Draft& draft, const Profile& profile, RoleId role, int64_t enough) {
  return std::min(UpToDate(draft, profile, role).sum, enough);
}

NodeId TakeBest(const Nodes& nodes, RoomColumns* columns) {
  const Tournament::Key key = columns->best.best();
  if (key == 0) return NodeId{};
  const NodeId node = NodeOf(key, nodes);
  columns->best.Set(node.value, 0);
  return node;
}

}  // namespace muster
