// SPDX-License-Identifier: Apache-2.0
// Roles that compete for the same nodes, in words: "1 driver and 12 executors compete for 9
// on-demand slots in zone a".
#pragma once

#include <string>

#include "scheduler/cycle/slot_flow.h"

namespace muster {

// Of a flow that misses some: the parts on its cut, the slots, and what their nodes share.
std::string Competition(const State& state, const Gang& gang, const Shape& shape,
                        const std::vector<SlotClass>& classes, const SlotFlow& flow);

// "1 driver and 12 executors": the parts that are marked, by name.
std::string Counted(const Gang& gang, const Shape& shape, const std::vector<bool>& parts);

}  // namespace muster
