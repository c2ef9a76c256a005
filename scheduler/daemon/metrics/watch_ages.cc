// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/watch_ages.h"

#include <algorithm>

namespace muster::daemon {

void WatchAges::Heard(absl::string_view kind, absl::Time now) {
  const std::lock_guard<std::mutex> lock(mutex_);
  heard_[std::string(kind)] = now;
}

void WatchAges::Write(absl::Time now, Exposition* out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (heard_.empty()) return;
  out->Family("muster_watch_age_seconds",
              "Time since the API server last sent something about the kind.", "gauge");
  for (const auto& [kind, heard] : heard_) {
    out->Sample(LabelText("kind", kind), absl::ToDoubleSeconds(now - std::min(now, heard)));
  }
}

}  // namespace muster::daemon
