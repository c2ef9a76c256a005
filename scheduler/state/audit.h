// SPDX-License-Identifier: Apache-2.0
// Recomputes every book from the pods and holds alone and compares: node columns, queue usage, user
// usage, what limits count, gang counters. For tests, the simulator, and the daemon's drift metric.
#pragma once

#include <string>
#include <vector>

#include "scheduler/state/state.h"

namespace muster {

// One sentence per difference; empty when the books are true.
std::vector<std::string> Audit(const State& state);

}  // namespace muster
