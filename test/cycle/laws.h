// SPDX-License-Identifier: Apache-2.0
// What every plan must be, judged from the state and the plan alone. Each law returns one sentence
// per breach.
#pragma once

#include <string>
#include <vector>

#include "policies/profile.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/state.h"
#include "test/cycle/plan_words.h"
#include "test/cycle/slow_limits.h"

namespace muster::test {

using Breaches = std::vector<std::string>;

// Of `before`: the state that the plan was made on.
Breaches StartsAreWhole(const State& before, const Plan& plan);
Breaches PlacementsAreAdmitted(const State& before, const Plan& plan);
Breaches EveryWaiterHasOneVerdict(const State& before, const Plan& plan);
Breaches NobodyPassesAStrictHead(const State& before, const Profile& profile, const Plan& plan);

// Free amounts and usage, taken before a plan is assumed.
struct Levels {
  std::vector<std::vector<int64_t>> free;  // by column, by node
  std::vector<Amounts> use;                // by queue: used and held, less what is leaving
};
Levels LevelsOf(const State& state);
Breaches NoNodeIsOverfilled(const Levels& before, const State& after, const Plan& plan);
Breaches NoMaxIsExceeded(const Levels& before, const State& after);
// Of queues, users and groups, at every level. What others bound, or a lowered limit left, may be
// beyond one; a plan must not make that worse.
Breaches NoLimitIsExceeded(const SlowLimits& before, const State& after);

// Whole gangs with their driver first, or members above a minimum; never a part below it, and
// nobody twice.
Breaches EvictionsAreWhole(const State& before, const Plan& plan);
// Within a leaf of lower priority only; and with the claims assumed the sum over leaves of
// min(use, entitlement) is higher than without, where all of them reclaim.
Breaches EvictionsAreRightful(const State& before, const Plan& plan);

// Whether the emptied cluster could hold what the complete gang needs to start; slow.
bool CouldStartEmptied(const State& state, const Gang& gang);

// Every number of every verdict is true, recomputed from names and lists. `settled`: the state on
// which the plan was made planned nothing, so that the verdicts speak of the state itself.
Breaches ReasonsAreTrue(const State& settled, const Profile& profile, const Plan& plan);

}  // namespace muster::test
