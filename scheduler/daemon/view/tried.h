// SPDX-License-Identifier: Apache-2.0
// What was tried for a gang, told by the parts of the cluster: how many members of each role the
// nodes of a zone, and of a node pool, have room for, and what refuses the others.
#pragma once

#include "scheduler/cycle/shape.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/daemon/view/scene.h"

namespace muster::daemon {

// Nodes without a zone or a pool are of no part; where all are, the whole cluster is the one part.
// At most kMostTried rows, zones first. O(nodes x roles).
inline constexpr int kMostTried = 200;
void AddTried(const Scene& scene, const muster::Gang& gang, const Shape& shape,
              v1::Explanation* out);

}  // namespace muster::daemon
