// SPDX-License-Identifier: Apache-2.0
// Gauges over the queues: a copy of the last state's numbers, replaced whole by the loop's thread
// and turned into text on the scraper's thread.
//
// Inner queues are there, too, and count all below them: sum over the leaves only.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/daemon/metrics/exposition.h"
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
  Quantities used, held, idle, guaranteed, max;  // max: only where there is one
  std::array<int64_t, kReasonCodes> waiting = {};
  absl::Time oldest = absl::InfiniteFuture();  // creation of the gang that waits the longest
};
using QueueRows = std::vector<QueueRow>;

class QueueGauges {
 public:
  // `claims`: gangs that wait for room which evictions free.
  void Replace(QueueRows rows, int64_t half_bound, int64_t claims = 0);

  // `now`: for the age of the oldest.
  void Write(absl::Time now, Exposition* out) const;

 private:
  struct Copy {
    QueueRows rows;
    std::vector<std::string> labels;  // as rows
    int64_t half_bound = 0;
    int64_t claims = 0;
  };

  mutable std::mutex mutex_;
  std::shared_ptr<const Copy> copy_ = std::make_shared<Copy>();  // the pointer: guarded by mutex_
};

}  // namespace muster::daemon
