// SPDX-License-Identifier: Apache-2.0
// What is free in sum on the nodes that admit roles, kept up to date as rooms are (rooms.h).
#pragma once

#include "policies/rooms.h"
#include "scheduler/state/pool_columns.h"

namespace muster {

// Valid until the next question or change of the draft.
const PoolColumns& PoolOf(Draft& draft, const Profile& profile, const std::vector<RoleId>& roles);

}  // namespace muster
