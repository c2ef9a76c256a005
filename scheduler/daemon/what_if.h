// SPDX-License-Identifier: Apache-2.0
// What another queue config would do: one scenario run with both, and what differs, by queue and by
// gang. A rendering of two simulations' reports; equal scenarios and configs give equal bytes.
#pragma once

#include <string>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/sim/report.h"

namespace muster::daemon {

struct WhatIf {
  codec::Scenario scenario;  // with the config that is in force
  std::string config;        // names the other one
  sim::Report now;
  sim::Report then;
};

// Runs both with the scenario's seed. Changes of the config that the scenario has as steps are left
// out of the second run.
WhatIf Compare(codec::Scenario scenario, const std::string& name, const QueueConfig& config);

struct QueueOutcome {
  std::string path;
  int64_t ran = 0;      // gangs that ran from the start
  int64_t starts = 0;   // that did not, and do
  int64_t waits = 0;    // to the end
  int64_t evicted = 0;  // pods
  absl::Duration wait;  // median of those that start
  int64_t used = 0;     // mean share of the cluster, in millionths
};
// Of queues with gangs or use in either run, by path: what the first and the second run did.
std::vector<std::pair<QueueOutcome, QueueOutcome>> QueuesOf(const WhatIf& what_if);

struct GangChange {
  std::string name;
  std::string queue;
  std::string now;
  std::string then;
};
// Gangs whose fate differs: "runs", "runs, 3 pods evicted", "starts after 12s", "waits".
std::vector<GangChange> ChangesOf(const WhatIf& what_if);

std::string WhatIfText(const WhatIf& what_if);
std::string WhatIfJson(const WhatIf& what_if);
// Use and waiting by queue over time, in both runs: one SVG image.
std::string WhatIfSvg(const WhatIf& what_if);

}  // namespace muster::daemon
