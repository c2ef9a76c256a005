// SPDX-License-Identifier: Apache-2.0
// The starvation guard. A head that has waited longer than its queue's `starveAfter`, in a queue
// that has less than it is entitled to, gets the accumulating hold of its pool: whatever becomes
// free there is kept for it, against all leaves, until it starts. One a pool, the oldest first. It
// counts as no usage, and ends with its conditions: it is worked out anew in each cycle. By
// estimate others may pass it as they pass a head with a date (head_hold.h).
//
// So a head of a queue below its entitlement starts within `starveAfter` and the longest run of
// what then uses its pool, whatever other leaves submit meanwhile.
#pragma once

#include <string>

#include "scheduler/cycle/line.h"
#include "scheduler/cycle/stages.h"

namespace muster {

// Starts those for which there is room, and holds for the others. They go before the turns of all
// queues.
void StartStarving(Round& round, Lines* lines);

// Whether such a hold is for the gang.
bool HoldsAPool(const Round& round, GangId gang);
// What is said of it then; else empty.
std::string HeldSince(const Round& round, const Gang& gang);

}  // namespace muster
