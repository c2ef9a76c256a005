// SPDX-License-Identifier: Apache-2.0
// Whether every id in a state names something that is there: before anything follows one.
#pragma once

#include "scheduler/state/state.h"

namespace muster::daemon {

bool IdsExist(const State& state);

}  // namespace muster::daemon
