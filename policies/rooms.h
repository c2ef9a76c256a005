// SPDX-License-Identifier: Apache-2.0
// How many more of a role each node takes, by all filters, and which node the scorer likes best,
// kept up to date: only nodes that changed since the last question are asked again (the nodes'
// journal), so that asking costs what changed.
#pragma once

#include "absl/types/span.h"
#include "policies/profile.h"
#include "scheduler/state/draft.h"

namespace muster {

// But for what the scorer says. Valid until the next change of the draft.
RoomColumns& UpToDate(Draft& draft, const Profile& profile, RoleId role);
// With what the scorer says, which only who places something asks for.
RoomColumns& Rated(Draft& draft, const Profile& profile, RoleId role);

// By node slot; valid until the next change of the draft.
absl::Span<const int32_t> RoomsOf(Draft& draft, const Profile& profile, RoleId role);

// Whether the node's object admits the role at all, usage aside.
bool Admits(Draft& draft, const Profile& profile, RoleId role, NodeId node);
// By node slot: > 0 where it does. Valid until the next change of the draft.
absl::Span<const int32_t> AdmissionOf(Draft& draft, const Profile& profile, RoleId role);

// How many nodes admit the role.
int64_t CountAdmitting(Draft& draft, const Profile& profile, RoleId role);
// Of how many nodes each filter of the profile is the first to leave no room, those before usage
// that the Node object is enough for. Valid until the next change of the draft.
absl::Span<const int64_t> RefusalsOf(Draft& draft, const Profile& profile, RoleId role);

// Room for the role over all nodes, at most `enough`.
int64_t SumOfRooms(Draft& draft, const Profile& profile, RoleId role, int64_t enough);

// The best node with room of rated columns, and out of the tournament until room is taken on it;
// invalid where none has room.
NodeId TakeBest(const Nodes& nodes, RoomColumns* columns);

}  // namespace muster
