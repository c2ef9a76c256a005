// SPDX-License-Identifier: Apache-2.0
// Where two plans part, for people.
#pragma once

#include <string>

#include "scheduler/daemon/trace/operation.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

// Of plans that differ, `replayed` being `plan` as it would be recorded: the first part in which
// they do, with the gang that it is about and what each plan does with it. `state` is as it was
// when `plan` was made; what the recorded one names may not exist there.
std::string Difference(const State& state, const RecordedPlan& recorded,
                       const RecordedPlan& replayed, const Plan& plan);

}  // namespace muster::daemon
