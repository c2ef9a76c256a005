// SPDX-License-Identifier: Apache-2.0
// One histogram a queue. Observed and kept in step with the config by the loop's thread, collected
// by the scraper's.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/histogram.h"
#include "scheduler/daemon/metrics/exposition.h"

namespace muster::daemon {

class QueueHistograms {
 public:
  QueueHistograms(absl::string_view name, absl::string_view help,
                  prometheus::Histogram::BucketBoundaries seconds)
      : name_(name), help_(help), seconds_(std::move(seconds)) {}

  void Observe(absl::string_view queue, absl::Duration duration);
  // Exactly these have a series from now on; those that had one keep what it counted.
  void SetQueues(const absl::btree_set<std::string>& queues);

  void Write(Exposition* out) const;

 private:
  struct Series {
    std::string labels;
    std::unique_ptr<prometheus::Histogram> histogram;
  };
  Series NewSeries(absl::string_view queue) const;

  const std::string name_;
  const std::string help_;
  const prometheus::Histogram::BucketBoundaries seconds_;
  mutable std::mutex mutex_;
  std::map<std::string, Series, std::less<>> by_queue_;  // guarded by mutex_
};

}  // namespace muster::daemon
