// SPDX-License-Identifier: Apache-2.0
// The largest of one key per slot, kept while keys change: every inner entry is the larger of its
// two children. Building costs O(slots), a change O(log slots), asking nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace muster {

class Tournament {
 public:
  using Key = uint64_t;  // 0: the slot does not take part

  void Assign(absl::Span<const Key> keys) {
    slots_ = keys.size();
    tree_.assign(2 * slots_, 0);
    std::copy(keys.begin(), keys.end(), tree_.begin() + static_cast<std::ptrdiff_t>(slots_));
    for (size_t i = slots_; i-- > 1;) tree_[i] = std::max(tree_[2 * i], tree_[2 * i + 1]);
  }

  void Set(uint32_t slot, Key key) {
    size_t i = slot + slots_;
    tree_[i] = key;
    while (i > 1) {
      i /= 2;
      const Key larger = std::max(tree_[2 * i], tree_[2 * i + 1]);
      if (tree_[i] == larger) return;
      tree_[i] = larger;
    }
  }

  // 0 where no slot takes part.
  Key best() const { return slots_ == 0 ? 0 : tree_[1]; }

 private:
  size_t slots_ = 0;
  std::vector<Key> tree_;  // entry i has the children 2i and 2i + 1; leaves from slots_ on
};

}  // namespace muster
