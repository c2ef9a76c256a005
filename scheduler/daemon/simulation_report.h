// SPDX-License-Identifier: Apache-2.0
// Renderings of simulation reports: for people (a terminal of 100 columns) and for machines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scheduler/daemon/simulation_costs.h"
#include "scheduler/sim/report.h"

namespace muster::daemon {

// The reports side by side; the first one's queues and jobs name the rows. `every_job` adds a line
// for each job. `costs`: of each report, or none at all.
std::string RenderText(const std::vector<sim::Report>& reports,
                       const std::vector<SimulatedCosts>& costs, bool every_job);

// {"name": ..., "runs": [{"decider": ..., ...}]}; times in seconds, shares from 0 to 1; null stands
// for "never".
std::string RenderJson(const std::vector<sim::Report>& reports,
                       const std::vector<SimulatedCosts>& costs = {});

// Of the times of jobs, by nearest rank; infinite where so many never got there.
struct Spread {
  int64_t jobs = 0;
  absl::Duration p50;
  absl::Duration p95;
  absl::Duration max;
};
// Of all jobs of a queue; `queue` absent: of all queues. Waits are until work begins, turnarounds
// from submission to end (jobs that are to end, alone).
Spread WaitsOf(const sim::Report& report, const std::optional<std::string>& queue);
Spread TurnaroundsOf(const sim::Report& report, const std::optional<std::string>& queue);

// Jobs that were to end and have.
int64_t Finished(const sim::Report& report);
int64_t Stalled(const sim::Report& report);

}  // namespace muster::daemon
