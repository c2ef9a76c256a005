// SPDX-License-Identifier: Apache-2.0
// Scenarios drawn from a seed: a small cluster, finite work that fits it, queues that may take from
// each other, and faults of every kind until a moment at which all of them are over and every node
// is back. Budgets over pods stay for good.
#pragma once

#include "scheduler/codec/scenario.h"

namespace muster::sim {

codec::Scenario RandomScenario(uint64_t seed);

// For a message: nodes, jobs and steps, a line each.
std::string Describe(const codec::Scenario& scenario);

}  // namespace muster::sim
