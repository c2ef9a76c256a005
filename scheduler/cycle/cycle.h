// SPDX-License-Identifier: Apache-2.0
// The decision: a pure function of the state, the policies and the time. Same input, same plan,
// byte for byte. The state is used as scratch and left as it was found (state/draft.h).
#pragma once

#include "absl/time/time.h"
#include "policies/profile.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/state.h"

namespace muster {

Plan Cycle(State& state, const Profile& profile, absl::Time now);

}  // namespace muster
