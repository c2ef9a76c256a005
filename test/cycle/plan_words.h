// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "scheduler/state/state.h"

namespace muster::test {

// The plan in names alone: equal for equal decisions, whatever the ids.
std::string Named(const State& state, const Plan& plan);

}  // namespace muster::test
