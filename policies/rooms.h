// SPDX-License-Identifier: Apache-2.0
// How many more of a role each node takes, by all filters, kept up to date: only nodes that changed
// since the last question are asked again (the nodes' journal), so that asking costs what changed.
#pragma once

#include "absl/types/span.h"
#include "policies/profile.h"
#include "scheduler/state/draft.h"

namespace muster {

// By node slot; valid until the next change of the draft.
absl::Span<const int32_t> RoomsOf(Draft& draft, const Profile& profile, RoleId role);

// Whether the node's object admits the role at all, usage aside.
bool Admits(Draft& draft, const Profile& profile, RoleId role, NodeId node);
// By node slot: > 0 where it does. Valid until the next change of the draft.
absl::Span<const int32_t> AdmissionOf(Draft& draft, const Profile& profile, RoleId role);

}  // namespace muster
