// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/drift.h"

#include <algorithm>
#include <string>
#include <vector>

#include "scheduler/state/audit.h"

namespace muster::daemon {

void Drift::Look(const State& state) {
  const absl::Duration start = clock_.Now();
  if (start < next_) return;
  const std::vector<std::string> differences = Audit(state);
  const absl::Duration end = clock_.Now();
  next_ = end + std::max(kAtLeast, kTimes * (end - start));
  metrics_->Audited(static_cast<int64_t>(differences.size()));
  for (size_t i = 0; i < std::min(differences.size(), kTold); ++i) {
    log_->Error("the books have drifted", {{"difference", differences[i]}});
  }
}

}  // namespace muster::daemon
