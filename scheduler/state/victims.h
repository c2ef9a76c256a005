// SPDX-License-Identifier: Apache-2.0
// Whom a claim has on the way out: what a later daemon needs to end an eviction that this one
// began.
#pragma once

#include <vector>

#include "scheduler/model/plan.h"
#include "scheduler/state/state.h"

namespace muster {

// The victims of the gang's claim that have not gone yet, in the order in which they go.
std::vector<Victim> VictimsOf(const State& state, const Gang& gang);

}  // namespace muster
