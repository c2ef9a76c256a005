// SPDX-License-Identifier: Apache-2.0
// Looks for any distribution of a shape over the nodes, taking back what leads nowhere: the last
// opinion where roles compete for nodes that are not like slots. Cut off after a while.
#pragma once

#include <vector>

#include "scheduler/cycle/slot_flow.h"

namespace muster {

struct Found {
  enum Outcome { kPlaces, kNone, kCutOff } outcome = kNone;
  // Of kPlaces: by part, in name order of the nodes.
  Places places;
};

// `most_visits`: of nodes; each step looks at all, so that the depth is bounded as well.
Found SearchPlaces(Draft& draft, const Profile& profile, const Shape& shape, Measure measure,
                   size_t most_visits);

}  // namespace muster
