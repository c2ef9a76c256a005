// SPDX-License-Identifier: Apache-2.0
// Follows who uses what: a sample of every queue at fixed intervals, means over time, and each
// job's wait and run. Judges by the API server's objects; only held room is asked of the scheduler.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/tree.h"
#include "scheduler/model/plan.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/job.h"
#include "scheduler/sim/report.h"
#include "scheduler/state/state.h"

namespace muster::sim {

struct Use {
  int64_t cpu = 0;
  int64_t memory = 0;
};

struct JobUse {
  QueueId queue;
  int32_t bound = 0;
  Use use;
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

 private:
  // What a plan has in mind with a pod.
  struct Sentence {
    size_t report = 0;  // index in evictions_
    bool whole = true;
    bool first = false;  // of its victim
  };

  QueueId QueueOf(const Job& job);
  JobUse& UseOf(const Job& job);
  void Count(const Pod& pod, bool takes_room);
  Use Total() const;
  void SampleShareError(const std::vector<Use>& demand, const Use& total);
  static int64_t Share(const Use& use, const Use& total);

  Timeline* timeline_;
  const ApiServer* api_;
  const Workload* workload_;
  ResourceTable resources_;
  Tree tree_;
  std::vector<QueueId> leaves_;
  std::vector<QueueReport> reports_;   // as leaves_
  std::map<const Job*, JobUse> jobs_;  // looked up, never walked: addresses have no order
  absl::btree_map<std::string, std::string> taking_;  // uid -> node, of pods that take room
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
