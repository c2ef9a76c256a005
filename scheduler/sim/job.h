// SPDX-License-Identifier: Apache-2.0
// A job of the scenario at work: its owner's side (a Job controller, spark-submit, the Spark
// driver), which creates pods, replaces lost ones, and ends them when the work is done.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/pod_numbers.h"
#include "scheduler/sim/random.h"
#include "scheduler/sim/timeline.h"

namespace muster::sim {

// InfiniteFuture: not yet.
struct JobLog {
  absl::Time submitted = absl::InfiniteFuture();
  absl::Time running = absl::InfiniteFuture();  // its work began
  absl::Time ended = absl::InfiniteFuture();
  bool succeeded = false;
  bool canceled = false;
  int32_t attempts = 0;
  int64_t evicted = 0;  // pods
  absl::Duration lost;  // cpu time of work that is done again since it was evicted
};

class Workload;

class Job {
 public:
  Job(codec::Job spec, Timeline* timeline, ApiServer* api, Workload* workload, Random random)
      : spec_(std::move(spec)),
        timeline_(timeline),
        api_(api),
        workload_(workload),
        random_(random) {}
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  virtual void Submit() = 0;
  virtual void OnPod(const Pod& pod) = 0;
  virtual void OnPodGone(const Pod& pod) = 0;
  // Its deletion follows.
  virtual void OnEvicted(const Pod&) { ++log_.evicted; }
  // Members without which it does not work, as its user sees it.
  virtual int32_t Minimum() const = 0;
  // Members that it keeps once it works.
  virtual int32_t Floor() const { return Minimum(); }
  // What the minimum asks for in sum.
  virtual ResourceList MinimumRequests() const = 0;
  // Its work goes on: a gang's with its minimum, Spark's with any executor once it has begun.
  virtual bool Working() const = 0;
  // The name by which its gang goes at present.
  virtual std::string GangName() const { return spec_.name; }
  // Deletes every pod and creates no more.
  void Cancel();

  // Its place in Workload::jobs().
  size_t index() const { return index_; }
  // Pods of its own that exist, in the order of their creation.
  const std::vector<std::string>& pods() const { return pods_; }
  void Disown(const std::string& uid);
  const codec::Job& spec() const { return spec_; }
  const JobLog& log() const { return log_; }
  bool ended() const { return log_.ended != absl::InfiniteFuture(); }

 protected:
  friend class Workload;

  // To be said once, when it is submitted.
  void Submitted();
  // A pod with the fields that all of the job's pods share.
  Pod NewPod(const std::string& name, const RoleSpec& role) const;
  // Creates it and has its changes told here; "" where the name is taken.
  std::string Create(Pod pod);
  void End(bool succeeded);
  // `time` of work that asks for `cpu` (milli) is to be done again.
  void Lose(absl::Duration time, int64_t cpu) { log_.lost += time * cpu / 1000; }
  absl::Duration Soon(int64_t low_ms, int64_t high_ms) {
    return random_.Between(absl::Milliseconds(low_ms), absl::Milliseconds(high_ms));
  }

  const codec::Job spec_;
  Timeline* const timeline_;
  ApiServer* const api_;
  Workload* const workload_;
  Random random_;
  JobLog log_;

 private:
  size_t index_ = 0;
  std::vector<std::string> pods_;
};

// All jobs, in the order of the scenario; tells each of its own pods.
class Workload : public Watcher {
 public:
  Workload(Timeline* timeline, ApiServer* api, Random random)
      : timeline_(timeline), api_(api), random_(random) {}

  // Submitted `spec.at` after the timeline's present.
  void Add(codec::Job spec);
  void Own(const std::string& uid, Job* job) { owners_[uid] = job; }
  // nullptr for a pod of nobody's.
  const Job* OwnerOf(const std::string& uid) const;
  const std::vector<std::unique_ptr<Job>>& jobs() const { return jobs_; }
  // In the order of their submission.
  const std::vector<const Job*>& submitted() const { return submitted_; }
  void Submitted(const Job* job) { submitted_.push_back(job); }
  // `glob` over "namespace/name".
  void Cancel(const std::string& glob);

  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  void OnEvicted(const Pod& pod) override;

 private:
  Timeline* timeline_;
  ApiServer* api_;
  Random random_;
  std::vector<std::unique_ptr<Job>> jobs_;
  std::vector<const Job*> submitted_;
  PodColumn<Job*> owners_;
};

}  // namespace muster::sim
