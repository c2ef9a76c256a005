// SPDX-License-Identifier: Apache-2.0
// Now and then recomputes the state's books from its pods and holds and compares: they always
// agree, or there is a bug of ours, which is to be seen before it is felt. An audit looks at
// everything that exists, so that the next one waits at least a thousand times as long as the last
// one took.
#pragma once

#include "scheduler/daemon/log.h"
#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/kube/boot_clock.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class Drift {
 public:
  Drift(const kube::BootClock& clock, Metrics* metrics, Log* log)
      : clock_(clock), metrics_(metrics), log_(log) {}

  // To be called often, by the loop's thread, when a step has ended.
  void Look(const State& state);

 private:
  static constexpr absl::Duration kAtLeast = absl::Seconds(60);
  static constexpr int kTimes = 1000;
  static constexpr size_t kTold = 5;  // differences, in the log

  const kube::BootClock& clock_;
  Metrics* const metrics_;
  Log* const log_;
  absl::Duration next_;  // at once
};

}  // namespace muster::daemon
