// SPDX-License-Identifier: Apache-2.0
// Which evictions would let a gang start, found by trying: nothing is evicted before a simulated
// placement of the whole gang succeeds with exactly the victims gone. Members above a minimum
// before whole gangs, then the lowest priorities, then the least that is thrown away: the time that
// each pod has run, and some for its start, so that of the same age the fewest pods go.
//
// Few candidates are searched exactly. Of many, the one that brings the most missing room for
// what it costs is taken again and again, and what turns out not to be needed is let off;
// test/cycle holds the result against the optimum.
//
// Source of the criteria: kube-scheduler's pickOneNodeForPreemption (highest priority of a victim,
// then their number, then the youngest; here the last two are one), lifted from nodes to gangs.
#pragma once

#include "scheduler/cycle/candidates.h"

namespace muster {

// The claim that lets the gang start, with its victims; no room where there is none. The draft is
// left as it was found.
Claim FindVictims(Round& round, Rights& rights, const Condemned& condemned, const Gang& gang,
                  const Shape& shape);

}  // namespace muster
