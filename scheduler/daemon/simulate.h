// SPDX-License-Identifier: Apache-2.0
// `muster simulate FILE`: runs a scenario in virtual time and reports what happened, as text or
// JSON. The same file and seed print the same bytes; what depends on the machine (how fast
// decisions were) goes to stderr.
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon {

// 0; 1 when an expectation of the file or an invariant does not hold; 2 on bad input.
int Simulate(const Arguments& arguments);

}  // namespace muster::daemon
