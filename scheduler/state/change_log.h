// SPDX-License-Identifier: Apache-2.0
// Which pods and gangs counted differently than before, in order: for whoever keeps something
// derived from them and wants to look at no more than has changed. A reader keeps a position, as
// with the journal of nodes; one that comes too late looks at everything.
//
// Invariant: between two looks the room that a gang's members use or that is held for it, whether
// they are being evicted, its queue, user, app and state are what they were unless an entry says
// so.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "scheduler/model/ids.h"

namespace muster {

struct Change {
  GangId gang;
  PodId pod;  // invalid: the gang's own: its state, whose it is, what is held for it
  friend bool operator==(const Change&, const Change&) = default;
};

class ChangeLog {
 public:
  void Add(Change change) {
    if (changes_.size() >= 2 * kKept) {
      changes_.erase(changes_.begin(), changes_.begin() + kKept);
      start_ += kKept;
    }
    changes_.push_back(change);
  }

  // Positions only grow.
  uint64_t end() const { return start_ + changes_.size(); }

  // False where what came after `position` is no longer kept whole: then everything may have
  // changed.
  bool Since(uint64_t position, absl::Span<const Change>* changes) const {
    if (position < start_) return false;
    *changes = absl::MakeConstSpan(changes_).subspan(position - start_);
    return true;
  }

 private:
  static constexpr std::ptrdiff_t kKept = 1 << 15;

  std::vector<Change> changes_;
  uint64_t start_ = 0;
};

// What one reader of a log has seen of it.
class ChangeReader {
 public:
  // Calls `visit(const Change&)` with each since the last call, in order. False: it comes too late,
  // or for the first time, and everything may have changed.
  template <typename Visit>
  bool Overtake(const ChangeLog& log, Visit visit) {
    absl::Span<const Change> changes;
    const bool whole = begun_ && log.Since(position_, &changes);
    for (const Change& change : changes) visit(change);
    position_ = log.end();
    begun_ = true;
    return whole;
  }

 private:
  bool begun_ = false;
  uint64_t position_ = 0;
};

}  // namespace muster
