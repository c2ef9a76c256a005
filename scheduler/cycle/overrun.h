// SPDX-License-Identifier: Apache-2.0
// Gangs that were let pass a head because by estimate they would have been gone in time, and are
// not: the head's first victims. Which gangs passed is not remembered through a restart: what is
// lost with it is that right of the head, and nothing else.
#pragma once

#include "absl/time/time.h"
#include "scheduler/state/state.h"

namespace muster {

// The head that the gang passed and has delayed; invalid where there is none.
GangId OverrunHead(const State& state, const Gang& gang, absl::Time now);

inline bool Overrun(const State& state, const Gang& gang, absl::Time now) {
  return OverrunHead(state, gang, now).valid();
}

}  // namespace muster
