// SPDX-License-Identifier: Apache-2.0
// What makes a scenario harder to follow: teams, limits of users and of running gangs, drivers that
// begin early, past use, gates, node pools, and a config that changes while it runs. Not all work
// ends under these.
#pragma once

#include "scheduler/codec/scenario.h"

namespace muster::sim {

void AddPolicies(uint64_t seed, codec::Scenario* scenario);

}  // namespace muster::sim
