// SPDX-License-Identifier: Apache-2.0
// An observer outside the scheduler that holds it to its promises at every step of a simulation,
// judging by the API server's objects alone wherever that is possible:
//
//   - no node is over capacity by our binds;
//   - no gang stays half-bound for more than 5 s after the last fault;
//   - a gang starts with room for its minimum, or, where the queue says so, for its driver;
//   - executors that a started Spark job has room held for are bound within 5 s;
//   - nothing is bound twice, before everything is listed, or after it is known to be gone;
//   - the state's books are equal to a recomputation, and every pod that waits has a reason.
//
// For a scheduler that knows no gangs only the first is asked. It watches before the workload does,
// so that a pod that goes still has an owner.
#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/model/plan.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/faults.h"
#include "scheduler/sim/job.h"
#include "scheduler/sim/node_load.h"
#include "scheduler/sim/pod_numbers.h"
#include "scheduler/state/state.h"

namespace muster::sim {

inline constexpr absl::Duration kHalfBoundPromise = absl::Seconds(5);

class Auditor : public Watcher {
 public:
  Auditor(Timeline* timeline, const ApiServer* api, const Workload* workload, Faults* faults,
          bool knows_gangs)
      : timeline_(timeline),
        api_(api),
        workload_(workload),
        faults_(faults),
        knows_gangs_(knows_gangs) {}

  // Every plan that was assumed in `state`.
  void OnPlan(const State& state, const Plan& plan);
  // What has been decided on `state`, after everything that was known had been applied.
  void OnCycle(const State& state, const Plan& plan);
  void Violated(const std::string& what);

  // Each with the time at which it was seen; the first hundred.
  const std::vector<std::string>& violations() const { return violations_; }
  // The longest time that the job's gang was half-bound.
  absl::Duration LongestHalfBound(const Job& job) const;
  // A fault lasts.
  bool Disturbed() const;

  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  void OnNode(const Node& node) override;
  void OnNodeGone(const Node& node) override;

 private:
  struct GangWatch {
    int32_t bound = 0;     // members, neither ended nor being deleted
    bool started = false;  // its minimum was bound at once; until the last of its pods is gone
    absl::Time first_bound = absl::InfiniteFuture();
    absl::Time half_since = absl::InfiniteFuture();
    absl::Duration longest;
  };

  void Count(const Job* job, const Pod& pod, bool bound);
  void CheckHalfBound(const Job* job, absl::Time since);
  void CheckStart(const State& state, const muster::Step& step);
  void CheckExecutor(const Job* job, const std::string& uid);
  void CheckNode(const std::string& name, const std::string& because);
  bool OverCapacity(const Node& node, std::string* what) const;
  GangWatch& WatchOf(const Job& job);
  void Occupy(const Pod& pod, bool takes_room);

  absl::btree_set<std::string> unbacked_;  // UIDs of drivers that began before their nodes existed

  Timeline* timeline_;
  const ApiServer* api_;
  const Workload* workload_;
  Faults* faults_;
  const bool knows_gangs_;
  struct PodWatch {
    bool seen = false;
    bool occupies = false;  // room of its node
    bool counted = false;   // in its gang's `bound`
  };
  std::vector<GangWatch> gangs_;  // by index of the job
  PodColumn<PodWatch> pods_;
  absl::btree_map<std::string, NodeLoad> loads_;      // by node
  absl::btree_set<std::string> excused_;              // nodes that others filled, or that shrank
  absl::btree_map<std::string, absl::Time> changed_;  // nodes: as objects, or by others' pods
  std::vector<std::string> violations_;
};

}  // namespace muster::sim
