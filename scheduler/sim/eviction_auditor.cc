// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/eviction_auditor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace muster::sim {
namespace {

constexpr absl::Duration kPromise = absl::Seconds(5);

bool Stays(const Pod& pod) { return !pod.node_name.empty() && !pod.deleting && !IsTerminal(pod); }

std::string AppOf(const Pod& pod) { return absl::StrCat(pod.ns, "/", pod.spark_app); }

}  // namespace

bool EvictionAuditor::Excused(absl::Time since) const {
  return faults_->last() >= since || auditor_->Disturbed();
}

void EvictionAuditor::OnPlan(const State& state, const Plan& plan) {
  for (const Claim& claim : plan.claims) {
    const Gang& gang = state.gang(claim.gang);
    int64_t evicted = 0;
    bool refused = false;
    for (GangId from : claim.inherited) {
      const auto at = takers_.find(state.gang(from).opener_uid);
      if (at == takers_.end()) continue;
      evicted += at->second.evicted;
      refused = refused || at->second.refused;
      takers_.erase(at);
      for (auto& [uid, opener] : taker_of_) {
        if (opener == state.gang(from).opener_uid) opener = gang.opener_uid;
      }
    }
    const auto [at, fresh] = takers_.try_emplace(gang.opener_uid);
    Taker& taker = at->second;
    if (!fresh && taker.evicted > 0 && !claim.victims.empty() && !taker.refused &&
        !Excused(taker.decided)) {
      auditor_->Violated(absl::StrCat("gang ", FullName(gang), " has others evicted again: ",
                                      taker.evicted, " pods were evicted for it before"));
    }
    taker = Taker{workload_->OwnerOf(gang.opener_uid),
                  FullName(gang),
                  timeline_->now(),
                  gang.claim_until,
                  evicted,
                  refused};
    for (const Victim& victim : claim.victims) {
      for (PodId pod : victim.pods) taker_of_[state.pod(pod).pod.uid] = gang.opener_uid;
    }
    timeline_->At(
        gang.claim_until + kPromise, [this, opener = gang.opener_uid] { CheckTaker(opener); },
        Timeline::kNoise);
  }
}

void EvictionAuditor::OnRefused(const EvictionRefused& refused) {
  for (const std::string& uid : refused.uids) {
    const auto opener = taker_of_.find(uid);
    if (opener == taker_of_.end()) continue;
    const auto taker = takers_.find(opener->second);
    if (taker != takers_.end()) taker->second.refused = true;
    taker_of_.erase(opener);
  }
}

void EvictionAuditor::CheckTaker(const std::string& opener) {
  const auto at = takers_.find(opener);
  if (at == takers_.end() || timeline_->now() < at->second.until + kPromise) return;
  const Taker taker = at->second;
  takers_.erase(at);
  if (taker.evicted == 0 || taker.refused || Excused(taker.decided)) return;
  if (taker.job == nullptr || taker.job->ended()) return;
  auditor_->Violated(absl::StrCat("useless eviction: ", taker.evicted, " pods were evicted for ",
                                  taker.gang, ", which did not start"));
}

void EvictionAuditor::OnPod(const Pod& pod) {
  if (pod.node_name.empty() || IsTerminal(pod)) return;
  if (!takers_.empty()) {
    const Job* job = workload_->OwnerOf(pod.uid);
    absl::erase_if(takers_, [job](const auto& entry) { return entry.second.job == job; });
  }
  if (pod.spark_role != SparkRole::kExecutor || dead_.empty()) return;
  const auto app = dead_.find(AppOf(pod));
  if (app == dead_.end() || !app->second.insert(pod.uid).second || auditor_->Disturbed()) return;
  auditor_->Violated(absl::StrCat("executor ", pod.ns, "/", pod.name,
                                  " is bound although its driver was evicted"));
}

void EvictionAuditor::OnPodGone(const Pod& pod) {
  takers_.erase(pod.uid);
  taker_of_.erase(pod.uid);
}

int32_t EvictionAuditor::BoundOf(const Job* job) const {
  return static_cast<int32_t>(
      std::count_if(job->pods().begin(), job->pods().end(),
                    [this](const std::string& uid) { return Stays(*api_->Find(uid)); }));
}

void EvictionAuditor::OnEvicted(const Pod& pod) {
  const auto opener = taker_of_.find(pod.uid);
  if (opener != taker_of_.end()) {
    const auto taker = takers_.find(opener->second);
    if (taker != takers_.end()) ++taker->second.evicted;
  }
  const Job* job = workload_->OwnerOf(pod.uid);
  if (job == nullptr) return;
  const auto [at, fresh] = cuts_.try_emplace(job);
  Cut& cut = at->second;
  if (fresh) {
    cut.gang = absl::StrCat(pod.ns, "/", job->GangName());
    cut.since = timeline_->now();
    cut.floor = job->Floor();
  }
  for (const std::string& uid : job->pods()) {
    const Pod& other = *api_->Find(uid);
    if (fresh && Stays(other)) cut.members.insert(uid);
    if (pod.spark_role == SparkRole::kDriver && other.spark_role == SparkRole::kExecutor &&
        !other.node_name.empty() && AppOf(other) == AppOf(pod)) {
      dead_[AppOf(pod)].insert(uid);
    }
  }
  if (pod.spark_role == SparkRole::kDriver) dead_.try_emplace(AppOf(pod));
  cut.until = timeline_->now() + pod.grace + kPromise;
  timeline_->At(
      cut.until, [this, job] { CheckCut(job); }, Timeline::kNoise);
}

void EvictionAuditor::CheckCut(const Job* job) {
  const auto at = cuts_.find(job);
  if (at == cuts_.end() || timeline_->now() < at->second.until) return;
  const Cut cut = at->second;
  cuts_.erase(at);
  if (Excused(cut.since) || job->ended()) return;
  size_t left = 0;
  bool driver = false;
  for (const std::string& uid : cut.members) {
    const Pod* pod = api_->Find(uid);
    if (pod == nullptr || !Stays(*pod)) continue;
    ++left;
    driver = driver || pod->spark_role == SparkRole::kDriver;
  }
  if (left == 0) return;
  const bool whole_enough = BoundOf(job) >= cut.floor;
  if (whole_enough && (driver || job->spec().kind != codec::JobKind::kSpark)) return;
  auditor_->Violated(absl::StrCat("gang ", cut.gang, " was evicted in part: ", left, " of ",
                                  cut.members.size(), " are left, and its minimum is ", cut.floor,
                                  driver ? ", the driver among them" : ""));
}

}  // namespace muster::sim
