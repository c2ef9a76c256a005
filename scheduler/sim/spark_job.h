// SPDX-License-Identifier: Apache-2.0
// A Spark application as it behaves on Kubernetes, with the times measured on real Spark 4.3: its
// ConfigMap follows the driver pod after 0.3 to 1.1 s; executors are created in waves of 20, the
// first some seconds after the driver runs; a lost executor is replaced by one of a new id within a
// second; work starts with 0.8 of the executors registered or after 30 s; with dynamic allocation
// the target doubles while tasks wait and idle executors go; at the end executors succeed and are
// deleted, and the driver succeeds. A job that lost its driver is submitted again after 5 to 10 s,
// as another application.
//
// The work is runtime x minimum executors: twice the executors finish it in half the time.
#pragma once

#include "scheduler/model/forecast.h"
#include "scheduler/sim/job.h"

namespace muster::sim {

class SparkJob : public Job {
 public:
  SparkJob(codec::Job spec, Timeline* timeline, ApiServer* api, Workload* workload, Random random);
  void Submit() override;
  void OnEvicted(const Pod& pod) override;
  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  int32_t Minimum() const override { return 1 + shape_.start; }
  int32_t Floor() const override { return 1 + shape_.floor; }
  ResourceList MinimumRequests() const override;
  std::string GangName() const override { return app_; }
  bool Working() const override { return rate_ > 0 && !ended(); }

 private:
  struct Executor {
    bool running = false;
    bool registered = false;
  };

  // Things planned for one life of the driver are void in the next.
  void Later(absl::Duration delay, std::function<void()> what);

  void CreateDriver();
  void PutConfigMaps();
  void OnDriver(const Pod& pod);
  void DriverLost();
  void StartContext();
  void StartWork();
  void Allocate();
  void CreateExecutor();
  void Register(const std::string& uid);
  void OnExecutor(const Pod& pod);
  void GrowTarget(int64_t by);
  void ShedIdle();

  int32_t Registered() const;
  // Credits the work done since the last call, and plans the end anew.
  void Progress();
  void Finish();
  void DeleteExecutors();

  Forecast shape_;
  bool dynamic_ = false;
  int64_t most_ = 0;  // executors, with dynamic allocation
  int64_t least_ = 0;

  std::string app_;
  uint64_t life_ = 0;
  std::string driver_;  // uid
  bool driver_ran_ = false;
  absl::btree_map<std::string, Executor> executors_;  // by uid
  int64_t next_executor_ = 1;
  int64_t target_ = 0;
  bool allocating_ = false;

  bool working_ = false;
  int64_t work_left_ = 0;  // executor-microseconds
  int64_t work_ = 0;
  int64_t done_ = 0;      // of this attempt
  bool evicted_ = false;  // its driver was
  absl::Time credited_;
  int64_t rate_ = 0;
  Timeline::Ticket end_ = Timeline::kNoTicket;
};

}  // namespace muster::sim
