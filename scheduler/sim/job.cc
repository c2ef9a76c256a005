// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/job.h"

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
  pod.role = role;
  return pod;
}

std::string Job::Create(Pod pod) {
  std::string uid = api_->Create(std::move(pod));
  if (!uid.empty()) workload_->Own(uid, this);
  return uid;
}

void Job::End(bool succeeded) {
  if (ended()) return;
  log_.ended = timeline_->now();
  log_.succeeded = succeeded;
}

void Job::Cancel() {
  log_.canceled = true;
  End(false);
  std::vector<std::string> own;
  for (const auto& [uid, pod] : api_->pods()) {
    if (workload_->OwnerOf(uid) == this) own.push_back(uid);
  }
  for (const std::string& uid : own) api_->Delete(uid);
}

void Workload::Add(const codec::Job& spec) {
  std::unique_ptr<Job> job;
  if (spec.kind == codec::JobKind::kSpark) {
    job = std::make_unique<SparkJob>(spec, timeline_, api_, this, random_.Fork());
  } else {
    job = std::make_unique<GangJob>(spec, timeline_, api_, this, random_.Fork());
  }
  Job* const added = job.get();
  jobs_.push_back(std::move(job));
  timeline_->After(spec.at, [added] { added->Submit(); });
}

const Job* Workload::OwnerOf(const std::string& uid) const {
  const auto at = owners_.find(uid);
  return at == owners_.end() ? nullptr : at->second;
}

void Workload::Cancel(const std::string& glob) {
  for (const std::unique_ptr<Job>& job : jobs_) {
    if (GlobMatches(glob, absl::StrCat(job->spec().ns, "/", job->spec().name))) job->Cancel();
  }
}

void Workload::OnPod(const Pod& pod) {
  const auto at = owners_.find(pod.uid);
  if (at != owners_.end()) at->second->OnPod(pod);
}

void Workload::OnEvicted(const Pod& pod) {
  const auto at = owners_.find(pod.uid);
  if (at != owners_.end()) at->second->OnEvicted(pod);
}

void Workload::OnPodGone(const Pod& pod) {
  const auto at = owners_.find(pod.uid);
  if (at == owners_.end()) return;
  at->second->OnPodGone(pod);
  owners_.erase(pod.uid);
}

}  // namespace muster::sim
