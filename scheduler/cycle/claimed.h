// SPDX-License-Identifier: Apache-2.0
// Gangs for which room is being freed: they start where their victims were, before all others.
#pragma once

#include "scheduler/cycle/stages.h"

namespace muster {

// Starts the gang on the room that its claim keeps; false while that is not free.
bool TryClaim(Round& round, const Gang& gang);

// Its turn has come, and its victims are still there.
void AwaitVictims(Round& round, const Gang& gang, const Shape& shape, int32_t position);

}  // namespace muster
