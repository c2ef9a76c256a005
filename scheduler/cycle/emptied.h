// SPDX-License-Identifier: Apache-2.0
// Whether the cluster could hold a shape if nobody else were there: what tells a gang that waits
// for room from one that can never have it.
#pragma once

#include "policies/rooms.h"
#include "scheduler/cycle/shape.h"

namespace muster {

// Room for the role on the nodes that admit it, were they empty; at most `enough`.
int64_t EmptiedRoom(Draft& draft, const Profile& profile, const RoleClass& role, int64_t enough);

// False only where no distribution of the parts over the emptied nodes exists. Exact unless roles
// compete in so many ways that the search is cut off: then true, since nothing was proven.
bool FitsEmptied(Draft& draft, const Profile& profile, const Shape& shape);

}  // namespace muster
