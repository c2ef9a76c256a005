// SPDX-License-Identifier: Apache-2.0
// What a head that waits keeps others from. Its pool are the nodes that admit it.
//
// Without a date nobody who is behind it uses its pool. With one (the earliest time at which, by
// the estimated ends of those that run, there is room for all of it) a gang may pass that would be
// gone by then, or that leaves the head what is planned for it: on each node of that plan stays
// free now what the plan needs beyond what will have been freed. So by estimate nothing that passes
// delays it. Source: EASY backfilling (Lifka, "The ANL/IBM SP Scheduling System", JSSPP 1995), with
// the room of nodes in place of a number of processors.
#pragma once

#include "scheduler/cycle/stages.h"

namespace muster {

// A head that waits for room or quota makes its leaf wait, if that is strict: on the nodes that
// admit it, or everywhere. With `backfill` it has a date, which is told in `reason`; one whose room
// is being freed (nullptr) has none.
void Block(Round& round, const Gang& gang, const Shape& shape, bool everywhere, Reason* reason);

// A hold with a date, where there is one, for all leaves or for the gang's own.
BlockedPool HoldFor(Round& round, const Gang& gang, const Shape& shape, bool everywhere);

// Whether both could use the same nodes.
bool Meets(Round& round, const BlockedPool& pool, const Shape& shape);

// What stands between a gang and its turn.
struct Passing {
  const BlockedPool* first = nullptr;      // the head that it comes after; nullptr: none
  bool may = true;                         // be tried all the same
  bool leads = true;                       // its leaf: the heads are of others
  bool may_move = false;                   // a head's date, with what starts
  bool may_lead = false;                   // since what starts may move the heads out of its way
  std::vector<const BlockedPool*> beside;  // heads that must keep what is planned for them
  GangId passes;                           // the first head before whose date it will be gone
};
// Of a gang that would be gone `by`; infinite: it is not known. Valid until the next hold.
Passing MayPass(Round& round, const Gang& gang, const Shape& shape, absl::Time by);

// The head that growth of the gang waits behind; invalid where there is none.
GangId HeadAhead(Round& round, const Gang& gang, const Shape& shape);

// Takes what is kept for the heads out of the draft, or puts it back.
void Withhold(Round& round, const std::vector<const BlockedPool*>& heads, int32_t times);

// Behind whom, and what would let it pass; `run` is what it is estimated to take.
SharedReason BehindHead(const Round& round, const BlockedPool& head, absl::Duration run);

}  // namespace muster
