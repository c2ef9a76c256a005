// SPDX-License-Identifier: Apache-2.0
// What users use and hold in leaves. Invariant: nobody is in it with nothing. Each leaf has users
// of its own, so that what a charge costs does not grow with the number of leaves.
#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"

namespace muster {

class UserUse {
 public:
  const Amounts& of(QueueId leaf, const std::string& user) const {
    static const Amounts kNothing;
    if (leaf.value >= leaves_.size()) return kNothing;
    const auto found = leaves_[leaf.value].find(user);
    return found == leaves_[leaf.value].end() ? kNothing : found->second;
  }

  // Calls `change(Amounts&)` with what the user has there.
  template <typename Change>
  void Update(QueueId leaf, const std::string& user, Change change) {
    if (leaf.value >= leaves_.size()) leaves_.resize(leaf.value + 1);
    const auto entry = leaves_[leaf.value].try_emplace(user).first;
    change(entry->second);
    if (IsNothing(entry->second)) leaves_[leaf.value].erase(entry);
  }

  // Calls `visit(QueueId, const std::string& user, const Amounts&)` in order.
  template <typename Visit>
  void Each(Visit visit) const {
    for (uint32_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      for (const auto& [user, use] : leaves_[leaf]) visit(QueueId{leaf}, user, use);
    }
  }

  void Clear() { leaves_.clear(); }
  // All are queues below that number.
  size_t leaves() const { return leaves_.size(); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(leaves_);
  }

 private:
  std::vector<absl::btree_map<std::string, Amounts>> leaves_;  // by queue
};

}  // namespace muster
