// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/cycle.h"

#include "scheduler/cycle/rank.h"
#include "scheduler/cycle/stages.h"

namespace muster {

Plan Cycle(State& state, const Profile& profile, absl::Time now) {
  state.Refresh(now);
  Draft draft(state);
  Plan plan;
  Round round(draft, profile, now, &plan);
  SettleHeld(round);         // members take the room that is held for them
  CompleteHalfBound(round);  // a start that was refused in part: made whole, or given up
  RepairDegraded(round);     // started gangs get back what they lost, oldest first
  StartGangs(round);         // waiting gangs start whole, queue by queue
  Grow(round);               // members above a minimum, one by one
  ReclaimRoom(round);        // who is owed more than it found takes it from who has more than that
  RankVerdicts(round);
  return plan;
}

}  // namespace muster
