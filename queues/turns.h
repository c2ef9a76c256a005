// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: from the root down, at each level the child that goes first (below guaranteed,
// then the higher priority, then the lowest share) among those that still have something to try.
// Siblings stand in a heap. One walk costs O(depth); a change of usage re-keys one path, O(depth x
// log siblings), without an allocation. Making it costs what is active, not what exists, but for
// one word a queue.
//
// Source of the order: hierarchical DRF without the cap on complementary use (Bhattacharya et al.,
// SoCC 2013, "naive" form); see queues/README.md for what that costs.
#pragma once

#include <vector>

#include "queues/tree.h"

namespace muster {

class Turns {
 public:
  // `leaves`: those with something to try, each once. The tree's usage may change between calls
  // only through charges that are told to Rekey.
  Turns(const Tree& tree, const std::vector<QueueId>& leaves);

  // Invalid when no leaf is left.
  QueueId Next() const;
  // The leaf has nothing more to try this cycle.
  void Drop(QueueId leaf);
  // The leaf's usage changed since Next().
  void Rekey(QueueId leaf);

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  // A queue with something to try below it. Its children's heap is heap_[first, first + count).
  struct Entry {
    QueueId id;
    uint32_t parent = kNone;
    uint32_t first = 0;
    uint32_t count = 0;
    uint32_t place = kNone;  // in the parent's heap, from its first; kNone: nothing left to try
    uint32_t rank = 0;
    Share share;
  };
  // What tells most siblings apart stands in the heap itself: a cycle waits for memory more than it
  // computes.
  struct Place {
    uint32_t entry = kNone;
    int32_t priority = 0;
    bool below_guaranteed = false;
    double share = 0;  // near the exact one
  };
  Place Key(uint32_t entry);
  bool Before(const Place& a, const Place& b) const;
  void Put(const Entry& parent, uint32_t place, const Place& entry);
  void Rise(const Entry& parent, uint32_t place);
  void Sink(const Entry& parent, uint32_t place);
  void Remove(uint32_t entry);

  const Tree& tree_;
  std::vector<uint32_t> entry_of_;  // by queue; kNone: nothing to try below it
  std::vector<Entry> entries_;      // the root first
  std::vector<Place> heap_;
};

}  // namespace muster
