// SPDX-License-Identifier: Apache-2.0
// What a head that waits keeps others from.
#pragma once

#include "scheduler/cycle/stages.h"

namespace muster {

// A strict head that waits for room or quota makes its leaf wait: on the nodes that admit it, or
// everywhere.
void Block(Round& round, const Gang& gang, const Shape& shape, bool everywhere);

// The strict head of the leaf that the shape must wait behind, where both could use the same nodes;
// invalid where there is none. Starts and growth alike.
GangId HeadAhead(Round& round, QueueId leaf, const Shape& shape);

}  // namespace muster
