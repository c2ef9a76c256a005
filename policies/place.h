// SPDX-License-Identifier: Apache-2.0
// Where the members of one role go: best nodes by the scorer among those with room.
#pragma once

#include <vector>

#include "policies/rooms.h"

namespace muster {

// Takes room in the draft for up to `count` of the role and returns it, in the order of filling.
// The sum of the counts is less than `count` where there is not enough room.
std::vector<HoldSlot> Place(Draft& draft, const Profile& profile, const Gang& gang, RoleId role,
                            int32_t count, Tree::Use use);

int32_t CountOf(const std::vector<HoldSlot>& slots);

}  // namespace muster
