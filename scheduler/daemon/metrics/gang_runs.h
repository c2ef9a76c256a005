// SPDX-License-Identifier: Apache-2.0
// How long gangs run, seen from the state's changes: from the first bind to the end, of those that
// had started.
#pragma once

#include <string>
#include <vector>

#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class GangRuns {
 public:
  explicit GangRuns(Metrics* metrics) : metrics_(metrics) {}

  // Looks at what has changed since the last time.
  void Follow(const State& state, absl::Time now);

 private:
  struct Run {
    absl::Time began = absl::InfiniteFuture();  // InfiniteFuture: none that has started
    std::string queue;
  };
  void Look(const State& state, GangId id, absl::Time now);

  Metrics* const metrics_;
  std::vector<Run> runs_;  // by gang
  ChangeReader changes_;
};

}  // namespace muster::daemon
