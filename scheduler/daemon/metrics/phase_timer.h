// SPDX-License-Identifier: Apache-2.0
// Where a turn of the loop spends its time. The phases follow each other on the loop's thread; one
// may come several times in a turn, and is observed once with the sum.
#pragma once

#include <array>

#include "absl/time/time.h"
#include "scheduler/daemon/metrics/metrics.h"
#include "scheduler/kube/boot_clock.h"

namespace muster::daemon {

class PhaseTimer {
 public:
  PhaseTimer(const kube::BootClock& clock, Metrics* metrics) : clock_(clock), metrics_(metrics) {}

  // From now on it is this phase; the one before it ends.
  void Begin(Phase phase);
  // The turn ends.
  void End();

 private:
  void Stop();

  const kube::BootClock& clock_;
  Metrics* const metrics_;
  std::array<absl::Duration, kPhases> took_ = {};
  absl::Duration since_;
  Phase phase_ = Phase::kApply;
  bool runs_ = false;
};

}  // namespace muster::daemon
