// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/queue_histograms.h"

#include <algorithm>

namespace muster::daemon {

QueueHistograms::Series QueueHistograms::NewSeries(absl::string_view queue) const {
  return {LabelText("queue", queue), std::make_unique<prometheus::Histogram>(seconds_)};
}

void QueueHistograms::Observe(absl::string_view queue, absl::Duration duration) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto found = by_queue_.find(std::string(queue));
  if (found == by_queue_.end()) {
    found = by_queue_.emplace(std::string(queue), NewSeries(queue)).first;
  }
  found->second.histogram->Observe(absl::ToDoubleSeconds(std::max(duration, absl::ZeroDuration())));
}

void QueueHistograms::SetQueues(const absl::btree_set<std::string>& queues) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase_if(by_queue_, [&](const auto& entry) { return !queues.contains(entry.first); });
  for (const std::string& queue : queues) {
    if (by_queue_.find(queue) == by_queue_.end()) by_queue_.emplace(queue, NewSeries(queue));
  }
}

void QueueHistograms::Write(Exposition* out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (by_queue_.empty()) return;
  out->Family(name_, help_, "histogram");
  for (const auto& [queue, series] : by_queue_) {
    out->Histogram(series.labels, series.histogram->Collect().histogram);
  }
}

}  // namespace muster::daemon
