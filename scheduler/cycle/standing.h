// SPDX-License-Identifier: Apache-2.0
// Puts every gang that has changed since the last cycle where it stands in the backlog
// (state/backlog.h): in its leaf's line, among those that have begun, or aside, with the reason.
#pragma once

#include "absl/time/time.h"
#include "policies/profile.h"
#include "scheduler/state/state.h"

namespace muster {

void UpdateBacklog(const State& state, const Profile& profile, absl::Time now);

}  // namespace muster
