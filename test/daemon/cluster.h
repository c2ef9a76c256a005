// SPDX-License-Identifier: Apache-2.0
// A small cluster for tests of what is rendered: a state, decided on by the real cycle.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "policies/profile.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/loop/loop.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

inline constexpr int64_t kGi = int64_t{1} << 30;

class Cluster {
 public:
  Cluster() : state_("muster"), profile_(MakeProfile("bin-pack")) { Tell(Synced{}); }

  absl::Time now = absl::FromUnixSeconds(1700000000);

  void Tell(const Event& event) { state_.Apply(event, now); }

  void Queues(const std::vector<QueueSpec>& queues) {
    QueueConfig config;
    config.queues = queues;
    Tell(QueuesSeen{config});
  }

  void AddNode(const std::string& name, int64_t cores) {
    Node node;
    node.name = name;
    node.uid = name;
    node.allocatable = {{kCpu, cores * 1000}, {kMemory, 64 * kGi}, {kPods, 110}};
    Tell(NodeSeen{node});
  }

  void AddPod(const std::string& name, int64_t cores, const std::string& queue = "",
              const std::string& gang = "", int32_t minimum = 0) {
    Pod pod;
    pod.uid = absl::StrCat("uid-", name);
    pod.ns = "team";
    pod.name = name;
    pod.scheduler_name = "muster";
    pod.created = now;
    pod.role.requests = {{kCpu, cores * 1000}, {kMemory, kGi}};
    pod.queue = queue;
    pod.gang = gang;
    pod.gang_min = minimum;
    Tell(PodSeen{pod});
  }

  // Decides, shows the decision, and lets it be so.
  Plan Decide(loop::Observer* observer) {
    Plan plan = Cycle(state_, profile_, now);
    observer->OnCycle(state_, plan, now);
    state_.Assume(plan, now);
    return plan;
  }

  GangId GangOf(const std::string& pod) const {
    return state_.pod(state_.FindPod(absl::StrCat("uid-", pod))).footing.gang;
  }
  void Assume(const Plan& plan) { state_.Assume(plan, now); }

  const State& state() const { return state_; }
  State& scratch() { return state_; }
  const Profile& profile() const { return profile_; }

 private:
  State state_;
  Profile profile_;
};

}  // namespace muster::daemon
