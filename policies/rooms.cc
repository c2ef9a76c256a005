// SPDX-License-Identifier: Apache-2.0
#include "policies/rooms.h"

#include <algorithm>

namespace muster {

namespace {

void Ask(const Profile& profile, const RoleClass& role, const State& state, NodeRange range,
         bool follows_usage, std::vector<int32_t>* rooms) {
  for (const auto& filter : profile.filters) {
    if (filter->follows_usage() == follows_usage) {
      filter->Limit(role, state, range, absl::MakeSpan(*rooms));
    }
  }
}

void Fill(const Profile& profile, const RoleClass& role, const State& state, RoomColumns* columns) {
  const NodeRange all{0, static_cast<uint32_t>(state.nodes().size())};
  columns->fixed.assign(all.last, kAnyRoom);
  Ask(profile, role, state, all, false, &columns->fixed);
  columns->rooms = columns->fixed;
  Ask(profile, role, state, all, true, &columns->rooms);
  columns->filled = true;
}

void Refresh(const Profile& profile, const RoleClass& role, const State& state, NodeId node,
             RoomColumns* columns) {
  const NodeRange one{node.value, node.value + 1};
  if (state.nodes().object_changed(node) >= columns->position) {
    columns->fixed[node.value] = kAnyRoom;
    Ask(profile, role, state, one, false, &columns->fixed);
  }
  columns->rooms[node.value] = columns->fixed[node.value];
  Ask(profile, role, state, one, true, &columns->rooms);
}

RoomColumns& UpToDate(Draft& draft, const Profile& profile, RoleId role) {
  RoomColumns& columns = draft.rooms(role);
  const State& state = draft.state();
  const RoleClass& of = state.roles().at(role);
  absl::Span<const NodeId> changed;
  // Past half of the nodes a vectorised pass over all is cheaper than single ones.
  const bool behind = !columns.filled || columns.rooms.size() != state.nodes().size() ||
                      !state.nodes().Since(columns.position, &changed) ||
                      changed.size() > state.nodes().size() / 2;
  if (behind) {
    Fill(profile, of, state, &columns);
  } else {
    for (NodeId node : changed) Refresh(profile, of, state, node, &columns);
  }
  columns.position = state.nodes().journal_end();
  return columns;
}

}  // namespace

absl::Span<const int32_t> RoomsOf(Draft& draft, const Profile& profile, RoleId role) {
  return UpToDate(draft, profile, role).rooms;
}

absl::Span<const int32_t> AdmissionOf(Draft& draft, const Profile& profile, RoleId role) {
  return UpToDate(draft, profile, role).fixed;
}

bool Admits(Draft& draft, const Profile& profile, RoleId role, NodeId node) {
  return AdmissionOf(draft, profile, role)[node.value] > 0;
}

}  // namespace muster
