// SPDX-License-Identifier: Apache-2.0
// What a rendering looks at, between two steps of the loop: the state, the last plan, and what was
// decided before it. On the loop's thread; valid for the one question.
#pragma once

#include "absl/time/time.h"
#include "policies/profile.h"
#include "scheduler/daemon/view/chronicle.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

struct Scene {
  State& state;  // tried on a Draft, which is undone: no rendering changes a decision
  const Profile& profile;
  const Plan& last;
  const Chronicle& chronicle;
  absl::Time now;
};

}  // namespace muster::daemon
