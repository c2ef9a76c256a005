// SPDX-License-Identifier: Apache-2.0
// A small cluster whose decisions are followed, to be asked about.
#pragma once

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/view/scene.h"
#include "test/daemon/cluster.h"

namespace muster::daemon {

class Stage : public Cluster {
 public:
  Stage() : chronicle_(&ring) { chronicle_.OnStart(state()); }

  DecisionRing ring;

  void Tell(const Event& event) {
    chronicle_.OnEvent(event, now);
    Cluster::Tell(event);
  }
  void EndStep() { chronicle_.OnStepEnd(state(), now); }

  struct Made {
    std::string ns = "team";
    std::string name;
    int64_t cores = 1;
    std::string queue = {};
    std::string gang = {};
    int32_t minimum = 0;
    int32_t priority = 0;
    bool preempts = true;
    Labels selector = {};
  };
  void Add(const Made& made) {
    Pod pod;
    pod.uid = absl::StrCat("uid-", made.ns, "-", made.name);
    pod.ns = made.ns;
    pod.name = made.name;
    pod.scheduler_name = "muster";
    pod.service_account = "spark";
    pod.created = now;
    pod.role.requests = {{kCpu, made.cores * 1000}, {kMemory, kGi}};
    pod.role.node_selector = made.selector;
    pod.queue = made.queue;
    pod.gang = made.gang;
    pod.gang_min = made.minimum;
    pod.priority = made.priority;
    pod.preempts = made.preempts;
    Tell(PodSeen{pod});
  }

  void AddNode(const std::string& name, int64_t cores, const Labels& labels = {}) {
    muster::Node node;
    node.name = name;
    node.uid = name;
    node.labels = labels;
    std::sort(node.labels.begin(), node.labels.end());
    node.allocatable = {{kCpu, cores * 1000}, {kMemory, 64 * kGi}, {kPods, 110}};
    Tell(NodeSeen{node});
  }

  const Plan& Decide() {
    last_ = Cycle(scratch(), profile(), now);
    Assume(last_);
    chronicle_.OnCycle(state(), last_, now);
    return last_;
  }
  // What is placed is bound and runs.
  void Run() {
    for (const PodSlot& slot : state().pods().slots()) {
      if (!slot.in_use || slot.footing.standing != muster::Standing::kAssumed) continue;
      Pod pod = slot.pod;
      pod.node_name = state().nodes().at(slot.footing.node).name;
      pod.phase = PodPhase::kRunning;
      Tell(PodSeen{pod});
    }
  }
  // A member has ended, whether or not its pod is still there.
  void Finish(const std::string& ns, const std::string& name) {
    Pod pod = state().pod(state().FindPod(absl::StrCat("uid-", ns, "-", name))).pod;
    pod.phase = PodPhase::kSucceeded;
    Tell(PodSeen{pod});
  }
  void Remove(const std::string& ns, const std::string& name) {
    Tell(PodGone{absl::StrCat("uid-", ns, "-", name)});
  }
  // A second passes, so that waits are told.
  void Settle() {
    now += absl::Seconds(1);
    chronicle_.Flush(state(), last_, now);
  }

  Scene scene() { return {scratch(), profile(), last_, chronicle_, now}; }
  Chronicle& chronicle() { return chronicle_; }

 private:
  Chronicle chronicle_;
  Plan last_;
};

// Of other/x and other/y, which fill the only node, y is evicted for team/taker.
inline void EvictOneOfTwo(Stage* stage) {
  QueueSpec mine, theirs;
  mine.name = "mine";
  theirs.name = "theirs";
  stage->Queues({mine, theirs});
  stage->AddNode("node-a", 2);
  for (const char* name : {"x", "y"}) stage->Add({.ns = "other", .name = name, .queue = "theirs"});
  stage->Decide();
  stage->Run();
  stage->Add({.name = "taker", .queue = "mine"});
  stage->Decide();
}

inline Sight Everything() { return {}; }
inline Sight Only(const std::string& ns) { return Sight{std::set<std::string>{ns}}; }

}  // namespace muster::daemon
