// SPDX-License-Identifier: Apache-2.0
// When a head will have room for all of its members, by the estimated ends of those that run: found
// by letting them end one after the other in the draft. O(what runs) a head and cycle.
#pragma once

#include <vector>

#include "scheduler/cycle/stages.h"

namespace muster {

struct HeadDate {
  absl::Time at = absl::InfiniteFuture();  // infinite: there is none
  GangId last;                             // whose end makes its room whole
  std::vector<KeptRoom> kept;              // of the nodes planned for it
};

HeadDate DateOf(Round& round, const Gang& head, const Shape& shape);

// Whether each would still find room at its date, with all that the draft has now. Asked only where
// what is kept does not prove it: of roles that compete, of limits, and where others have taken
// room that its plan needs. A head whose plan is broken gets another date in the next plan.
bool KeepTheirDates(Round& round, const std::vector<const BlockedPool*>& heads);

}  // namespace muster
