// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "queues/tree.h"
#include "scheduler/sim/gang_job.h"
#include "scheduler/sim/spark_job.h"

namespace muster::sim {

Pod Job::NewPod(const std::string& name, const RoleSpec& role) const {
  Pod pod;
  pod.ns = spec_.ns;
  pod.name = name;
  pod.scheduler_name = spec_.scheduler_name;
  pod.service_account = spec_.user;
  pod.user = spec_.user_label;
  pod.app = spec_.app;
  pod.priority = spec_.priority;
  pod.preempts = spec_.preempts;
  pod.grace = spec_.grace;
  pod.runtime = spec_.estimate;
  pod.queue = spec_.queue;
  pod.gated = spec_.gated;
  if (spec_.age > absl::ZeroDuration() && log_.attempts <= 1) pod.created = kStart - spec_.age;
  pod.role = role;
  return pod;
}

void Job::Submitted() {
  log_.submitted = timeline_->now();
  workload_->Submitted(this);
}

std::string Job::Create(Pod pod) {
  std::string uid = api_->Create(std::move(pod));
  if (uid.empty()) return uid;
  workload_->Own(uid, this);
  pods_.push_back(uid);
  return uid;
}

void Job::Disown(const std::string& uid) {
  const auto at = std::find(pods_.begin(), pods_.end(), uid);
  if (at != pods_.end()) pods_.erase(at);
}

void Job::End(bool succeeded) {
  if (ended()) return;
  log_.ended = timeline_->now();
  log_.succeeded = succeeded;
  if (spec_.ttl == absl::InfiniteDuration()) return;
  timeline_->After(spec_.ttl, [this] {
    const std::vector<std::string> own = pods_;
    for (const std::string& uid : own) api_->Delete(uid);
  });
}

void Job::Cancel() {
  log_.canceled = true;
  End(false);
  const std::vector<std::string> own = pods_;
  for (const std::string& uid : own) api_->Delete(uid);
}

void Workload::Add(codec::Job spec) {
  const absl::Duration at = spec.at;
  // What was there before the start is there when the scheduler lists.
  const bool before =
      at == absl::ZeroDuration() && (!spec.nodes.empty() || spec.age > absl::ZeroDuration());
  std::unique_ptr<Job> job;
  if (spec.kind == codec::JobKind::kSpark) {
    job = std::make_unique<SparkJob>(std::move(spec), timeline_, api_, this, random_.Fork());
  } else {
    job = std::make_unique<GangJob>(std::move(spec), timeline_, api_, this, random_.Fork());
  }
  job->index_ = jobs_.size();
  Job* const added = job.get();
  jobs_.push_back(std::move(job));
  if (before) return added->Submit();
  timeline_->After(at, [added] { added->Submit(); });
}

const Job* Workload::OwnerOf(const std::string& uid) const { return owners_.at(uid); }

void Workload::Cancel(const std::string& glob) {
  for (const std::unique_ptr<Job>& job : jobs_) {
    if (GlobMatches(glob, absl::StrCat(job->spec().ns, "/", job->spec().name))) job->Cancel();
  }
}

void Workload::OnPod(const Pod& pod) {
  if (Job* job = owners_.at(pod.uid)) job->OnPod(pod);
}

void Workload::OnEvicted(const Pod& pod) {
  if (Job* job = owners_.at(pod.uid)) job->OnEvicted(pod);
}

void Workload::OnPodGone(const Pod& pod) {
  Job* job = owners_.at(pod.uid);
  if (job == nullptr) return;
  job->Disown(pod.uid);
  job->OnPodGone(pod);
  owners_[pod.uid] = nullptr;
}

}  // namespace muster::sim
