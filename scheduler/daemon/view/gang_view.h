// SPDX-License-Identifier: Apache-2.0
// One gang as a message.
#pragma once

#include "scheduler/cycle/shape.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// "waiting", "starting", "running", "degraded", "evicted", "ended".
absl::string_view StateOf(const State& state, const Gang& gang);

// What it is and since when: what does not depend on its members and on the last plan.
void RenderIdentity(const State& state, const Gang& gang, v1::Gang* out);

v1::Gang Render(const Scene& scene, const Gang& gang, const Sight& sight);

// Of one that waits what its start takes, as far as its members exist or are forecast; else what is
// bound and held, by role.
Shape ShapeNow(const State& state, const Gang& gang);

// "driver", "executor", "member".
absl::string_view RoleOf(const Gang& gang, PodId member);

}  // namespace muster::daemon
