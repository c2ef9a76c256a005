// SPDX-License-Identifier: Apache-2.0
// Follows who uses what: a sample of every queue at fixed intervals, means over time, and each
// job's wait and run. Judges by the API server's objects; only held room is asked of the scheduler.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/tree.h"
#include "scheduler/model/plan.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/job.h"
#include "scheduler/sim/pod_numbers.h"
#include "scheduler/sim/report.h"
#include "scheduler/state/state.h"

namespace muster::sim {

struct Use {
  int64_t cpu = 0;
  int64_t memory = 0;
};

struct JobUse {
  bool known = false;
  size_t leaf = kNoLeaf;  // index of its queue among the leaves
  int32_t bound = 0;
  Use use;
  static constexpr size_t kNoLeaf = SIZE_MAX;
};

class Recorder : public Watcher {
 public:
  Recorder(Timeline* timeline, const ApiServer* api, const Workload* workload,
           const QueueConfig& queues);

  // `state` is the scheduler's, nullptr while it is down.
  void Sample(const State* state);
  // Whom the plan evicts, and why.
  void OnPlan(const State& state, const Plan& plan);
  // Fills in everything that is known here.
  void Finish(Report* report);

  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  void OnEvicted(const Pod& pod) override;
  void OnNode(const Node&) override { total_.reset(); }
  void OnNodeGone(const Node&) override { total_.reset(); }

 private:
  // What a plan has in mind with a pod.
  struct Sentence {
    size_t report = 0;  // index in evictions_
    bool whole = true;
    bool first = false;  // of its victim
  };

  size_t LeafOf(const Job& job);
  JobUse& UseOf(const Job& job);
  void Count(const Pod& pod, bool takes_room);
  Use Total();
  // Of one job, into what its queue and the cluster have.
  struct Sums;
  void SampleJob(const Job& job, Sums* sums);
  void SampleShareError(const std::vector<Use>& demand, const Use& total);
  static int64_t Share(const Use& use, const Use& total);

  Timeline* timeline_;
  const ApiServer* api_;
  const Workload* workload_;
  ResourceTable resources_;
  Tree tree_;
  std::vector<QueueId> leaves_;
  std::vector<QueueReport> reports_;  // as leaves_
  std::vector<JobUse> jobs_;          // by index of the job
  PodColumn<uint8_t> taking_;         // whether the pod takes room
  std::vector<const Job*> active_;    // submitted, and not ended without a pod
  size_t heard_ = 0;                  // of those that were submitted
  std::optional<Use> total_;
  absl::btree_map<std::string, Sentence> sentences_;  // by uid
  std::vector<EvictionReport> evictions_;
  std::vector<ClusterSample> cluster_;
  int64_t samples_ = 0;
  int64_t cpu_sum_ = 0;  // of samples, in millionths
  int64_t memory_sum_ = 0;
  int64_t working_sum_ = 0;
  int64_t short_samples_ = 0;
  int64_t error_sum_ = 0;
  int64_t pods_ = 0;
};

}  // namespace muster::sim
