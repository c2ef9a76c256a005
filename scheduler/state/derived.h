// SPDX-License-Identifier: Apache-2.0
// What is kept only because working it out again is slow. Dropping any of it changes no decision.
#pragma once

#include <deque>

#include "scheduler/state/backlog.h"
#include "scheduler/state/known_shapes.h"
#include "scheduler/state/pool_columns.h"
#include "scheduler/state/room_columns.h"
#include "scheduler/state/start_shapes.h"

namespace muster {

struct Derived {
  std::deque<RoomColumns> rooms;  // by role class
  Pools pools;
  KnownShapes known_shapes;
  StartShapes start_shapes;
  Backlog backlog;
};

}  // namespace muster
