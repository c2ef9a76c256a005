// SPDX-License-Identifier: Apache-2.0
// Whose turn it is: from the root down, at each level the child that goes first (below guaranteed,
// then the higher priority, then the lowest share) among those that still have something to try.
// One walk costs O(depth + log siblings); a change of usage re-keys one path, O(depth x log
// siblings).
//
// Source of the order: hierarchical DRF without the cap on complementary use (Bhattacharya et al.,
// SoCC 2013, "naive" form); see queues/README.md for what that costs.
#pragma once

#include <set>
#include <vector>

#include "queues/tree.h"

namespace muster {

class Turns {
 public:
  // `leaves`: those with something to try. The tree's usage may change between calls only through
  // charges that are told to Rekey.
  Turns(const Tree& tree, const std::vector<QueueId>& leaves);

  // Invalid when no leaf is left.
  QueueId Next() const;
  // The leaf has nothing more to try this cycle.
  void Drop(QueueId leaf);
  // The leaf's usage changed since Next().
  void Rekey(QueueId leaf);

 private:
  struct Key {
    bool below_guaranteed;
    int32_t priority;
    Share share;
    uint32_t rank;
    QueueId id;
    bool operator<(const Key& other) const;
  };
  Key KeyOf(QueueId id) const;
  void Insert(QueueId id);
  void Erase(QueueId id);

  const Tree& tree_;
  std::vector<std::set<Key>> active_;  // by parent
  std::vector<Key> keys_;              // as inserted, by queue
  std::vector<bool> inserted_;
};

}  // namespace muster
