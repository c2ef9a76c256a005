// SPDX-License-Identifier: Apache-2.0
// The node agents and the pod garbage collector. A bound pod is admitted if its node has room for
// it beside the pods already admitted there (else it fails, as with the real OutOfcpu), and runs
// after a start delay. A deleted pod takes its grace, or ends within a second where that is as
// short. Pods of a node that does not exist are removed after a while.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/btree_map.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/node_load.h"
#include "scheduler/sim/pod_numbers.h"
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
  void CollectLater(const std::string& node_name);

  Timeline* timeline_;
  ApiServer* api_;
  Random random_;
  absl::Duration pod_collection_;
  enum class Stage : uint8_t { kUnknown, kStarting, kAdmitted, kEnded };
  struct Agent {
    bool stopping = false;
    Stage stage = Stage::kUnknown;
    uint32_t life = 0;  // of the node that admitted it
  };
  // A node's life ends when it is removed; one of the same name is another.
  struct Desk {
    uint32_t life = 0;
    NodeLoad load;
  };
  void End(const Pod& pod);

  PodColumn<Agent> agents_;
  absl::btree_map<std::string, Desk> desks_;  // by node
  uint32_t lives_ = 0;
  int64_t rejected_ = 0;
};

}  // namespace muster::sim
