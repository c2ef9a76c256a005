// SPDX-License-Identifier: Apache-2.0
// Puts the verdicts of a cycle in the order of their gangs' arrival, so that daemons that hear the
// same cluster in other orders say the same.
#pragma once

#include "scheduler/cycle/stages.h"

namespace muster {

void RankVerdicts(Round& round);

}  // namespace muster
