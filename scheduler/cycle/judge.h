// SPDX-License-Identifier: Apache-2.0
// Whether a waiting gang may stand in line at all: what can be said of it without looking at
// capacity, quota or other gangs.
#pragma once

#include "absl/time/time.h"
#include "scheduler/state/state.h"

namespace muster {

// kNone: it may.
Reason Judge(const State& state, const Gang& gang, absl::Time now);

// What is wrong with the first (by name) malformed waiting member of a gang that has one.
Reason FaultOf(const State& state, const Gang& gang);

}  // namespace muster
