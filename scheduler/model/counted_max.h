// SPDX-License-Identifier: Apache-2.0
// The largest of numbers that come and go. Numbers of 0 and less are not counted. Made for a few
// distinct values of many owners: a change costs O(distinct values).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace muster {

class CountedMax {
 public:
  // 0 where there is none.
  int32_t max() const { return counts_.empty() ? 0 : counts_.back().first; }

  // One owner's number changes from `before`, which was counted, to `after`.
  void Replace(int32_t before, int32_t after) {
    if (before == after) return;
    Count(before, -1);
    Count(after, 1);
  }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(counts_);
  }

 private:
  void Count(int32_t value, int32_t by) {
    if (value <= 0) return;
    auto at = std::lower_bound(counts_.begin(), counts_.end(), std::make_pair(value, 0));
    if (at == counts_.end() || at->first != value) at = counts_.insert(at, {value, 0});
    at->second += by;
    if (at->second == 0) counts_.erase(at);
  }

  absl::InlinedVector<std::pair<int32_t, int32_t>, 1> counts_;  // value, owners; ascending
};

}  // namespace muster
