// SPDX-License-Identifier: Apache-2.0
// What the start of a gang that waits would cost others now, found by the cycle's own search for
// victims in a draft that is undone.
#pragma once

#include "scheduler/cycle/shape.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// `would_evict`, or in `cost_message` why nobody would be evicted for it.
void AddCost(const Scene& scene, const muster::Gang& gang, const Shape& shape, const Sight& sight,
             v1::Explanation* out);

}  // namespace muster::daemon
