// SPDX-License-Identifier: Apache-2.0
// What a gang needs, by role.
#pragma once

#include "scheduler/model/shape.h"
#include "scheduler/state/state.h"

namespace muster {

// Of a waiting gang that is complete (see Judge). Spark: the driver and its first executors; else
// the oldest members up to the minimum.
const Shape& StartShape(const State& state, const Gang& gang);
// What it requests in sum.
const Amounts& StartSum(const State& state, const Gang& gang);
// Which kind of asker it is (state/askers.h).
uint32_t KindOf(const State& state, const Gang& gang);
// The shape, worked out anew.
Shape MakeStartShape(const State& state, const Gang& gang);

// Members grouped by role, first seen first.
Shape ShapeOf(const State& state, absl::Span<const PodId> members);

Amounts Sum(const State& state, const Shape& shape);
int32_t CountOf(const Shape& shape);

// "driver", "executor" or "member": the role's name for people.
absl::string_view RoleName(const Gang& gang, const Part& part);

}  // namespace muster
