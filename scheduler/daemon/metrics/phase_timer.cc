// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/phase_timer.h"

namespace muster::daemon {

void PhaseTimer::Stop() {
  const absl::Duration now = clock_.Now();
  if (runs_) took_[static_cast<size_t>(phase_)] += now - since_;
  since_ = now;
}

void PhaseTimer::Begin(Phase phase) {
  Stop();
  phase_ = phase;
  runs_ = true;
}

void PhaseTimer::End() {
  Stop();
  runs_ = false;
  for (size_t i = 0; i < kPhases; ++i) {
    if (took_[i] == absl::ZeroDuration()) continue;
    metrics_->PhaseTook(static_cast<Phase>(i), took_[i]);
    took_[i] = absl::ZeroDuration();
  }
}

}  // namespace muster::daemon
