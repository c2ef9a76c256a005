// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/spark_job.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/spark_conf.h"
#include "scheduler/sim/spark_submit.h"

namespace muster::sim {
namespace {

constexpr int64_t kWave = 20;                            // spark.kubernetes.allocation.batch.size
constexpr absl::Duration kMostWait = absl::Seconds(30);  // maxRegisteredResourcesWaitingTime
constexpr int64_t kBacklogEnds = 25;  // percent of the work left when tasks no longer queue

}  // namespace

SparkJob::SparkJob(codec::Job spec, Timeline* timeline, ApiServer* api, Workload* workload,
                   Random random)
    : Job(std::move(spec), timeline, api, workload, random) {
  shape_ = ForecastOf(spec_);
  if (spec_.spark.executor_requests.has_value()) {
    shape_.executor.requests = *spec_.spark.executor_requests;
  }
  codec::SparkConf conf(spec_.spark.conf);
  dynamic_ = conf.Boolean("spark.dynamicAllocation.enabled").value_or(false);
  most_ = conf.Integer("spark.dynamicAllocation.maxExecutors", 0)
              .value_or(std::numeric_limits<int32_t>::max());
  least_ = shape_.floor;
}

ResourceList SparkJob::MinimumRequests() const {
  ResourceList sum = spec_.spark.driver.requests;
  for (int32_t i = 0; i < shape_.start; ++i) sum.Add(shape_.executor.requests);
  return sum;
}

void SparkJob::Later(absl::Duration delay, std::function<void()> what) {
  timeline_->After(delay, [this, life = life_, what = std::move(what)] {
    if (life == life_ && !ended()) what();
  });
}

void SparkJob::Submit() {
  if (ended()) return;
  Submitted();
  CreateDriver();
}

void SparkJob::CreateDriver() {
  app_ = spec_.name;
  if (log_.attempts > 0) absl::StrAppend(&app_, "-r", log_.attempts);
  ++log_.attempts;
  ++life_;
  driver_ran_ = false;
  working_ = false;
  allocating_ = false;
  executors_.clear();
  next_executor_ = 1;
  target_ = shape_.start;
  rate_ = 0;
  // A number of executor-microseconds that 64 bits hold for 2^20 executors over a month.
  work_ = spec_.runtime == absl::InfiniteDuration()
              ? 0
              : absl::ToInt64Microseconds(spec_.runtime) * std::max<int64_t>(1, shape_.start);
  if (log_.attempts == 1 || !spec_.checkpoint) {
    work_left_ = work_;
    if (evicted_) Lose(absl::Microseconds(done_), shape_.executor.requests.Get(kCpu));
  }
  done_ = 0;
  evicted_ = false;

  Pod pod = NewPod(absl::StrCat(app_, "-driver"), spec_.spark.driver);
  for (const auto& label : DriverNodeSelector(spec_.spark)) pod.role.node_selector.push_back(label);
  std::sort(pod.role.node_selector.begin(), pod.role.node_selector.end());
  pod.spark_role = SparkRole::kDriver;
  pod.spark_app = app_;
  pod.conf_map = absl::StrCat("spark-drv-", app_, "-conf-map");
  if (!spec_.spark.pod_template.empty()) {
    pod.template_map = absl::StrCat(app_, "-driver-podspec-conf-map");
    pod.template_key = std::string(kTemplateKey);
  }
  driver_ = Create(std::move(pod));
  Later(Soon(300, 1100), [this] { PutConfigMaps(); });
}

void SparkJob::PutConfigMaps() {
  api_->PutConfigMap(absl::StrCat(spec_.ns, "/spark-drv-", app_, "-conf-map"),
                     {{std::string(kPropertiesKey), RenderProperties(spec_, app_)}});
  if (spec_.spark.pod_template.empty()) return;
  api_->PutConfigMap(absl::StrCat(spec_.ns, "/", app_, "-driver-podspec-conf-map"),
                     {{std::string(kTemplateKey), spec_.spark.pod_template}});
}

void SparkJob::OnPod(const Pod& pod) {
  if (ended()) return;
  if (pod.uid == driver_) {
    OnDriver(pod);
  } else {
    OnExecutor(pod);
  }
}

void SparkJob::OnPodGone(const Pod& pod) {
  if (ended()) return;
  if (pod.uid == driver_) {
    DriverLost();
    return;
  }
  if (executors_.erase(pod.uid) == 0) return;
  Progress();
  if (driver_ran_) Later(Soon(500, 950), [this] { Allocate(); });
}

void SparkJob::OnEvicted(const Pod& pod) {
  Job::OnEvicted(pod);
  if (pod.uid == driver_) evicted_ = true;
}

void SparkJob::OnDriver(const Pod& pod) {
  if (pod.phase == PodPhase::kRunning && !pod.deleting && !driver_ran_) {
    driver_ran_ = true;
    Later(Soon(5000, 8000), [this] { StartContext(); });
  }
  if (pod.phase == PodPhase::kFailed) {
    const std::string uid = pod.uid;
    timeline_->After(Soon(200, 800), [this, uid] { api_->Remove(uid); });
  }
}

void SparkJob::DriverLost() {
  driver_ran_ = false;
  Progress();
  driver_.clear();
  ++life_;  // whatever the driver had planned is void
  timeline_->After(Soon(200, 1000), [this] { DeleteExecutors(); });
  if (spec_.resubmit.value_or(spec_.recreate)) {
    timeline_->After(Soon(5000, 10000), [this] {
      if (!ended()) CreateDriver();
    });
  } else {
    End(false);
  }
}

void SparkJob::StartContext() {
  if (shape_.start == 0) {
    StartWork();
    return;
  }
  Allocate();
  Later(kMostWait, [this] { StartWork(); });
}

void SparkJob::StartWork() {
  if (working_) return;
  working_ = true;
  if (dynamic_) Later(absl::Seconds(1), [this] { GrowTarget(1); });
  Progress();
}

void SparkJob::Allocate() {
  if (!driver_ran_ || allocating_) return;
  const int64_t missing = target_ - static_cast<int64_t>(executors_.size());
  if (missing <= 0) return;
  for (int64_t i = 0; i < std::min(missing, kWave); ++i) CreateExecutor();
  if (missing <= kWave) return;
  allocating_ = true;
  Later(absl::Seconds(1), [this] {
    allocating_ = false;
    Allocate();
  });
}

void SparkJob::CreateExecutor() {
  Pod pod = NewPod(absl::StrCat(app_, "-exec-", next_executor_++), shape_.executor);
  pod.spark_role = SparkRole::kExecutor;
  pod.spark_app = app_;
  const std::string uid = Create(std::move(pod));
  executors_[uid] = {};
}

void SparkJob::OnExecutor(const Pod& pod) {
  const auto at = executors_.find(pod.uid);
  if (at == executors_.end()) return;
  const std::string uid = pod.uid;
  const bool runs = pod.phase == PodPhase::kRunning && !pod.deleting;
  if (runs && !at->second.running) Later(Soon(2000, 4000), [this, uid] { Register(uid); });
  at->second.running = runs;
  if (!runs && at->second.registered) {
    at->second.registered = false;
    Progress();
  }
  if (pod.phase == PodPhase::kFailed) {
    timeline_->After(Soon(1000, 1500), [this, uid] { api_->Remove(uid); });
  }
}

void SparkJob::Register(const std::string& uid) {
  const auto at = executors_.find(uid);
  if (at == executors_.end() || !at->second.running) return;
  at->second.registered = true;
  if (10 * Registered() >= 8 * shape_.start) StartWork();
  Progress();
}

void SparkJob::GrowTarget(int64_t by) {
  Progress();
  if (100 * work_left_ <= kBacklogEnds * work_) {
    ShedIdle();
    return;
  }
  target_ = std::min(most_, target_ + by);
  Allocate();
  Later(absl::Seconds(1), [this, by] { GrowTarget(std::min<int64_t>(2 * by, 1 << 20)); });
}

void SparkJob::ShedIdle() {
  target_ = std::max<int64_t>(1, least_);
  const absl::Duration idle =
      TimeOf(spec_.spark, "spark.dynamicAllocation.executorIdleTimeout", absl::Seconds(60));
  Later(idle, [this] {
    std::vector<std::string> surplus;
    for (const auto& [uid, executor] : executors_) surplus.push_back(uid);
    // Pending ones and the youngest go first; uids grow in the order of creation.
    std::stable_partition(surplus.begin(), surplus.end(),
                          [this](const std::string& uid) { return executors_[uid].registered; });
    for (size_t i = static_cast<size_t>(target_); i < surplus.size(); ++i) api_->Delete(surplus[i]);
  });
}

int32_t SparkJob::Registered() const {
  return static_cast<int32_t>(
      std::count_if(executors_.begin(), executors_.end(),
                    [](const auto& entry) { return entry.second.registered; }));
}

void SparkJob::Progress() {
  const int64_t done = rate_ * absl::ToInt64Microseconds(timeline_->now() - credited_);
  done_ += done;
  work_left_ = std::max<int64_t>(0, work_left_ - done);
  credited_ = timeline_->now();
  const bool alone = shape_.start == 0 && !dynamic_;
  rate_ = working_ && driver_ran_ && !ended() ? (alone ? 1 : Registered()) : 0;
  if (end_ != Timeline::kNoTicket) timeline_->Cancel(end_);
  end_ = Timeline::kNoTicket;
  if (rate_ > 0) log_.running = std::min(log_.running, timeline_->now());
  if (rate_ == 0 || work_ == 0) return;
  end_ = timeline_->After(absl::Microseconds((work_left_ + rate_ - 1) / rate_), [this] {
    end_ = Timeline::kNoTicket;
    Finish();
  });
}

void SparkJob::DeleteExecutors() {
  std::vector<std::string> own;
  for (const std::string& uid : pods()) {
    const Pod& pod = *api_->Find(uid);
    if (pod.spark_role == SparkRole::kExecutor && pod.spark_app != (driver_.empty() ? "" : app_)) {
      own.push_back(uid);
    }
  }
  for (const std::string& uid : own) api_->Delete(uid);
}

void SparkJob::Finish() {
  ++life_;
  driver_ran_ = false;
  for (const auto& [uid, executor] : executors_) {
    if (executor.running) api_->SetPhase(uid, PodPhase::kSucceeded);
  }
  const std::string driver = driver_;
  Progress();
  timeline_->After(Soon(200, 400), [this] {
    driver_.clear();
    DeleteExecutors();
  });
  timeline_->After(Soon(800, 1200), [this, driver] {
    api_->SetPhase(driver, PodPhase::kSucceeded);
    End(true);
  });
}

}  // namespace muster::sim
