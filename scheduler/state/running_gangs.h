// SPDX-License-Identifier: Apache-2.0
// The gangs that have started, by leaf, in the order in which they would be evicted: the lowest
// priority first, then the youngest, then the last to arrive. So whoever looks for victims looks at
// as many as it needs, and not at all that run.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/model/gang.h"

namespace muster {

class RunningGangs {
 public:
  struct Key {
    int32_t priority = 0;
    absl::Time began;
    absl::Time created;
    std::string name;  // "ns/name"
    GangId id;
    bool operator<(const Key& other) const {
      return std::tie(priority, other.began, other.created, other.name, id) <
             std::tie(other.priority, began, created, name, other.id);
    }
  };
  using Line = absl::btree_set<Key>;

  // After any change of the gang: `runs`: it may be evicted at all; `spare`: it has members above
  // its minimum.
  void Update(const Gang& gang, bool runs, bool spare);
  void Clear();

  using Lines = absl::btree_map<QueueId, Line>;
  // Of leaves in which something runs.
  const Lines& lines() const { return running_; }
  // Empty where nothing of the leaf runs.
  const Line& of(QueueId leaf) const { return LineOf(running_, leaf); }
  const Line& with_spare(QueueId leaf) const { return LineOf(spare_, leaf); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(running_, spare_, entries_);
  }

 private:
  struct Entry {
    QueueId leaf;
    Key key;
    bool spare = false;
    bool in = false;
  };
  static const Line& LineOf(const Lines& lines, QueueId leaf);
  void Erase(const Entry& entry);

  Lines running_;
  Lines spare_;
  std::vector<Entry> entries_;  // by gang
};

}  // namespace muster
