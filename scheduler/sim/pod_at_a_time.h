// SPDX-License-Identifier: Apache-2.0
// The scheduler to compare with: what a plain kube-scheduler does. Each pending pod alone, by
// priority, then by age, on the least allocated node that admits it and has room. It knows no
// gangs, no queues, no holds, and what does not fit waits without blocking anybody.
#pragma once

#include "scheduler/loop/loop.h"

namespace muster::sim {

loop::Decide PodAtATime();

}  // namespace muster::sim
