// SPDX-License-Identifier: Apache-2.0
// Decisions as log lines: one per gang that starts, is repaired, evicted or given up, and one per
// wait. What a decision is, and when a wait is one, is the chronicle's to say (view/chronicle.h).
#pragma once

#include "scheduler/daemon/log.h"
#include "scheduler/daemon/view/decided.h"

namespace muster::daemon {

// At info; settling and growth at debug, a start that is given up at warning. The claim of a gang
// is not said: its victims name it.
void LogDecision(const Decided& decided, Log* log);

}  // namespace muster::daemon
