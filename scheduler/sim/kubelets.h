// SPDX-License-Identifier: Apache-2.0
// The node agents and the pod garbage collector. A bound pod is admitted if its node has room for
// it beside the pods already admitted there (else it fails, as with the real OutOfcpu), and runs
// after a start delay. A deleted pod takes its grace, or ends within a second where that is as
// short. Pods of a node that does not exist are removed after a while.
#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/random.h"
#include "scheduler/sim/timeline.h"

namespace muster::sim {

class Kubelets : public Watcher {
 public:
  Kubelets(Timeline* timeline, ApiServer* api, Random random, absl::Duration pod_collection)
      : timeline_(timeline), api_(api), random_(random), pod_collection_(pod_collection) {}

  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  void OnNodeGone(const Node& node) override;

  // Pods refused for want of room: over-commit that somebody caused.
  int64_t rejected() const { return rejected_; }

 private:
  void Admit(const std::string& uid);
  bool HasRoom(const Pod& pod, const Node& node) const;
  void CollectLater(const std::string& node_name);

  Timeline* timeline_;
  ApiServer* api_;
  Random random_;
  absl::Duration pod_collection_;
  absl::btree_set<std::string> seen_;      // uids whose start is under way or done
  absl::btree_set<std::string> stopping_;  // uids
  absl::btree_map<std::string, absl::btree_set<std::string>> admitted_;  // node -> uids
  int64_t rejected_ = 0;
};

// What a pod takes of its node, with "pods".
ResourceList Requested(const Pod& pod);

}  // namespace muster::sim
