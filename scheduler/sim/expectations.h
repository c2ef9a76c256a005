// SPDX-License-Identifier: Apache-2.0
// The expectations of a scenario held against the simulated cluster and the scheduler's state.
#pragma once

#include <string>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/model/plan.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/auditor.h"
#include "scheduler/sim/job.h"
#include "scheduler/state/state.h"

namespace muster::sim {

// What an expectation may look at.
struct Scene {
  const ApiServer* api;
  const Workload* workload;
  const Auditor* auditor;
  const State* state;                    // nullptr while the scheduler is down
  const std::vector<Verdict>* verdicts;  // of the last cycle
};

// What differs, each a sentence; empty where the expectation is met.
std::vector<std::string> Compare(const codec::Expectation& expectation, const Scene& scene);

}  // namespace muster::sim
