// SPDX-License-Identifier: Apache-2.0
// Gauges over the queues: a copy of the last state's numbers, replaced whole by the loop's thread
// and turned into metrics on the scraper's thread.
//
// Inner queues are there, too, and count all below them: sum over the leaves only.
#pragma once

#include <array>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "prometheus/metric_family.h"
#include "scheduler/model/reason.h"

namespace muster::daemon {

// The queue label of gangs that may use no queue at all.
inline constexpr absl::string_view kNoQueue = "(none)";

inline constexpr size_t kReasonCodes = static_cast<size_t>(ReasonCode::kForbidden) + 1;

// By resource, in base units: cores, bytes, pieces.
using Quantities = std::vector<std::pair<std::string, double>>;

struct QueueRow {
  std::string path;
  bool leaf = false;
  double share = 0;
  Quantities used, held, guaranteed, max;  // max: only where there is one
  std::array<int64_t, kReasonCodes> waiting = {};
  absl::Time oldest = absl::InfiniteFuture();  // creation of the gang that waits the longest
};
using QueueRows = std::vector<QueueRow>;

class QueueGauges {
 public:
  // `claims`: gangs that wait for room which evictions free.
  void Replace(QueueRows rows, int64_t half_bound, int64_t claims = 0);

  // `now`: for the age of the oldest.
  std::vector<prometheus::MetricFamily> Collect(absl::Time now) const;

 private:
  mutable std::mutex mutex_;
  QueueRows rows_;          // guarded by mutex_
  int64_t half_bound_ = 0;  // guarded by mutex_
  int64_t claims_ = 0;      // guarded by mutex_
};

}  // namespace muster::daemon
