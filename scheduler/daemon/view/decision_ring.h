// SPDX-License-Identifier: Apache-2.0
// The recent past of decisions, bounded: filled by the loop's thread, read by any. Whoever reads
// too slowly misses the oldest, and sees it by their numbers. Thread-safe; nobody holds the lock
// while something is rendered.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "scheduler/daemon/view/decided.h"

namespace muster::daemon {

class DecisionRing {
 public:
  using Entry = std::shared_ptr<const Decided>;

  explicit DecisionRing(size_t capacity = 16384) : capacity_(capacity) {}

  // Gives it its number.
  Entry Add(Decided decided);
  // Those after number `after` that are still kept, oldest first, at most `most`, only of gangs
  // that `sight` sees; after -1: the newest `most`. Waits up to `patience` where there is none;
  // `until` gets the number up to which was looked.
  std::vector<Entry> After(int64_t after, size_t most, const Sight& sight, absl::Duration patience,
                           int64_t* until);
  // Nobody waits any more.
  void Close();

 private:
  std::vector<Entry> Newest(size_t most, const Sight& sight) const;
  std::vector<Entry> Following(int64_t after, size_t most, const Sight& sight,
                               int64_t* until) const;

  const size_t capacity_;
  std::mutex mutex_;
  std::condition_variable added_;
  // Guarded by mutex_.
  std::deque<Entry> entries_;
  int64_t last_ = 0;
  bool closed_ = false;
};

}  // namespace muster::daemon
