// SPDX-License-Identifier: Apache-2.0
// What pods take of a node, as a running sum.
#pragma once

#include "scheduler/model/node.h"
#include "scheduler/model/pod.h"

namespace muster::sim {

class NodeLoad {
 public:
  // `sign` 1: it takes room now; -1: no more.
  void Count(const Pod& pod, int64_t sign) {
    for (const auto& [name, amount] : pod.role.requests.entries()) {
      sum_.Set(name, sum_.Get(name) + sign * amount);
    }
    sum_.Set(kPods, sum_.Get(kPods) + sign);
  }
  // The first resource of which more is taken than the node has, with `more` besides; empty: none.
  std::string Exceeds(const Node& node, const Pod* more = nullptr) const {
    for (const auto& [name, amount] : sum_.entries()) {
      if (amount + AmountOf(more, name) > node.allocatable.Get(name)) return name;
    }
    if (more == nullptr) return "";
    for (const auto& [name, amount] : more->role.requests.entries()) {
      if (sum_.Get(name) + amount > node.allocatable.Get(name)) return name;
    }
    return sum_.Get(kPods) + 1 > node.allocatable.Get(kPods) ? std::string(kPods) : "";
  }
  const ResourceList& sum() const { return sum_; }

 private:
  static int64_t AmountOf(const Pod* pod, absl::string_view name) {
    if (pod == nullptr) return 0;
    return pod->role.requests.Get(name) + (name == kPods ? 1 : 0);
  }

  ResourceList sum_;
};

}  // namespace muster::sim
