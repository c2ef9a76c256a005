// SPDX-License-Identifier: Apache-2.0
// An observer outside the scheduler that holds its evictions to what is promised of them:
//
//   - a gang of which something was evicted is gone 5 s after the grace, or has its minimum still:
//     no driver is left without executors;
//   - nothing of an application whose driver was evicted is bound any more;
//   - the gang for which others were evicted starts while its claim lasts, or is gone: no eviction
//     is useless;
//   - for one gang others are evicted once.
//
// The last two are not asked where a fault struck in between, or where the API server refused a
// part. Judges by the API server's objects; who is evicted for whom is taken from the plans.
#pragma once

#include <map>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/model/event.h"
#include "scheduler/model/plan.h"
#include "scheduler/sim/auditor.h"

namespace muster::sim {

class EvictionAuditor : public Watcher {
 public:
  // Complaints go to `auditor`.
  EvictionAuditor(Timeline* timeline, const ApiServer* api, const Workload* workload,
                  const Faults* faults, Auditor* auditor)
      : timeline_(timeline), api_(api), workload_(workload), faults_(faults), auditor_(auditor) {}

  // `state` has the plan assumed.
  void OnPlan(const State& state, const Plan& plan);
  void OnRefused(const EvictionRefused& refused);

  void OnPod(const Pod& pod) override;
  void OnEvicted(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;

 private:
  // A gang that evictions cut.
  struct Cut {
    std::string gang;
    absl::btree_set<std::string> members;  // uids, bound when the first one was evicted
    absl::btree_set<std::string> over;     // uids, that ended by themselves since
    absl::Time since;
    absl::Time until;
    int32_t floor = 0;
  };
  // A gang for which others are evicted.
  struct Taker {
    const Job* job = nullptr;
    std::string gang;
    absl::Time decided;
    absl::Time until;
    int64_t evicted = 0;  // pods
    bool refused = false;
  };

  void CheckCut(const Job* job);
  void CheckTaker(const std::string& opener);
  // Something went wrong since then, or does still.
  bool Excused(absl::Time since) const;
  int32_t BoundOf(const Job* job) const;

  Timeline* timeline_;
  const ApiServer* api_;
  const Workload* workload_;
  const Faults* faults_;
  Auditor* auditor_;
  std::map<const Job*, Cut> cuts_;                      // looked up, never walked
  absl::btree_map<std::string, Taker> takers_;          // by uid of the gang's opener
  absl::btree_map<std::string, std::string> taker_of_;  // uid of a victim's pod -> opener
  absl::btree_map<std::string, absl::btree_set<std::string>> dead_;  // application -> executors
};

}  // namespace muster::sim
