// SPDX-License-Identifier: Apache-2.0
// A node as the decision sees it: what filters read. The Ready condition is not a filter, as in
// kube-scheduler: the taints that controllers derive from it are.
#pragma once

#include <string>
#include <vector>

#include "scheduler/model/role_spec.h"

namespace muster {

inline constexpr absl::string_view kZoneLabel = "topology.kubernetes.io/zone";

struct Node {
  std::string name;
  std::string uid;  // a recreated node of the same name has another
  Labels labels;
  std::vector<Taint> taints;
  bool unschedulable = false;
  ResourceList allocatable;  // with "pods"

  friend bool operator==(const Node&, const Node&) = default;
};

}  // namespace muster
