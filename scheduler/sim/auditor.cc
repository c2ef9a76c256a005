// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/auditor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/state/audit.h"

namespace muster::sim {
namespace {

constexpr size_t kMostKept = 100;
// What a watch and a bind may take beyond the promise.
constexpr absl::Duration kTravel = absl::Milliseconds(100);
// Until the scheduler knows of a fault, and has mended what it did.
constexpr absl::Duration kAftermath = absl::Seconds(1);
// For so long a scheduler that is cut off may act on a node as it was.
constexpr absl::Duration kStale = absl::Seconds(30);

}  // namespace

void Auditor::Violated(const std::string& what) {
  if (violations_.size() >= kMostKept) return;
  violations_.push_back(absl::StrCat(absl::FormatDuration(timeline_->elapsed()), ": ", what));
}

absl::Duration Auditor::LongestHalfBound(const Job& job) const {
  if (job.index() >= gangs_.size()) return absl::ZeroDuration();
  const GangWatch& gang = gangs_[job.index()];
  if (gang.half_since == absl::InfiniteFuture()) return gang.longest;
  return std::max(gang.longest, timeline_->now() - gang.half_since);
}

bool Auditor::Disturbed() const {
  return faults_->scheduler_down || faults_->bind_delay > absl::ZeroDuration() ||
         faults_->watch_delay > absl::ZeroDuration() || faults_->held_up_until > timeline_->now();
}

Auditor::GangWatch& Auditor::WatchOf(const Job& job) {
  if (job.index() >= gangs_.size()) gangs_.resize(job.index() + 1);
  return gangs_[job.index()];
}

void Auditor::Occupy(const Pod& pod, bool takes_room) {
  if (pods_[pod.uid].occupies == takes_room) return;
  pods_[pod.uid].occupies = takes_room;
  loads_[pod.node_name].Count(pod, takes_room ? 1 : -1);
}

void Auditor::OnPod(const Pod& pod) {
  const bool fresh = !std::exchange(pods_[pod.uid].seen, true);
  const bool takes_room = !pod.node_name.empty() && !IsTerminal(pod);
  const bool arrives = takes_room && !pods_[pod.uid].occupies;
  if (!pod.node_name.empty()) Occupy(pod, takes_room);
  if (arrives) {
    if (fresh || pod.scheduler_name != "muster") {
      // Bound by somebody else.
      excused_.insert(pod.node_name);
      changed_[pod.node_name] = timeline_->now();
      faults_->Strike(timeline_->now());
    }
    CheckNode(pod.node_name, absl::StrCat("pod ", pod.ns, "/", pod.name, " was bound to it"));
  }
  const Job* job = workload_->OwnerOf(pod.uid);
  if (job != nullptr && knows_gangs_) Count(job, pod, takes_room && !pod.deleting);
  if (fresh && knows_gangs_ && pod.spark_role == SparkRole::kExecutor) {
    // Its owner is known once its creation is through.
    const std::string uid = pod.uid;
    timeline_->After(
        kHalfBoundPromise + kTravel,
        [this, uid] {
          if (const Job* owner = workload_->OwnerOf(uid)) CheckExecutor(owner, uid);
        },
        Timeline::kNoise);
  }
}

void Auditor::OnPodGone(const Pod& pod) {
  if (!pod.node_name.empty()) Occupy(pod, false);
  const Job* job = workload_->OwnerOf(pod.uid);
  if (job == nullptr || !knows_gangs_) return;
  Count(job, pod, false);
  const bool last = job->pods().size() == 1;  // the workload forgets it after us
  if (last) WatchOf(*job).started = false;
}

void Auditor::OnNode(const Node& node) {
  std::string what;
  if (OverCapacity(node, &what)) excused_.insert(node.name);
  changed_[node.name] = timeline_->now();
}

void Auditor::OnNodeGone(const Node& node) { excused_.erase(node.name); }

bool Auditor::OverCapacity(const Node& node, std::string* what) const {
  const auto at = loads_.find(node.name);
  if (at == loads_.end()) return false;
  const std::string resource = at->second.Exceeds(node);
  if (resource.empty()) return false;
  *what = absl::StrCat(AmountToString(resource, at->second.sum().Get(resource)), " of ",
                       AmountToString(resource, node.allocatable.Get(resource)), " ", resource);
  return true;
}

void Auditor::CheckNode(const std::string& name, const std::string& because) {
  const auto node = api_->nodes().find(name);
  if (node == api_->nodes().end()) return;
  std::string what;
  if (!OverCapacity(node->second, &what)) {
    excused_.erase(name);
    return;
  }
  const bool fresh = changed_[name] > kStart && timeline_->now() - changed_[name] < kStale;
  if (!excused_.contains(name) && !fresh) {
    Violated(absl::StrCat("node ", name, " is over capacity, ", what, ", since ", because));
  }
}

void Auditor::Count(const Job* job, const Pod& pod, bool bound) {
  GangWatch& gang = WatchOf(*job);
  const int32_t before = gang.bound;
  if (std::exchange(pods_[pod.uid].counted, bound) == bound) return;
  gang.bound += bound ? 1 : -1;
  const absl::Time now = timeline_->now();
  if (before == 0) gang.first_bound = now;
  // A Spark job is started with its driver: executors do not exist yet, CheckExecutor looks at
  // them.
  const int32_t minimum = job->spec().kind == codec::JobKind::kSpark ? 1 : job->Minimum();
  if (gang.bound >= minimum) gang.started = true;
  const bool half = !gang.started && gang.bound > 0 && !job->ended();
  if (half && gang.half_since == absl::InfiniteFuture()) {
    gang.half_since = now;
    timeline_->After(
        kHalfBoundPromise + kTravel, [this, job, now] { CheckHalfBound(job, now); },
        Timeline::kNoise);
  } else if (!half && gang.half_since != absl::InfiniteFuture()) {
    gang.longest = std::max(gang.longest, now - gang.half_since);
    gang.half_since = absl::InfiniteFuture();
  }
}

void Auditor::CheckHalfBound(const Job* job, absl::Time since) {
  const GangWatch& gang = WatchOf(*job);
  if (gang.half_since != since) return;
  const absl::Time limit = std::max(since, faults_->last()) + kHalfBoundPromise;
  if (timeline_->now() <= limit || Disturbed()) {
    timeline_->At(
        std::max(limit, timeline_->now()) + kTravel,
        [this, job, since] { CheckHalfBound(job, since); }, Timeline::kNoise);
    return;
  }
  Violated(absl::StrCat("gang ", job->spec().ns, "/", job->spec().name, " has been half-bound (",
                        gang.bound, " of ", job->Minimum(), ") for ",
                        absl::FormatDuration(timeline_->now() - since)));
}

void Auditor::CheckExecutor(const Job* job, const std::string& uid) {
  const Pod* pod = api_->Find(uid);
  if (pod == nullptr || !pod->node_name.empty() || pod->deleting || job->ended()) return;
  const GangWatch& gang = WatchOf(*job);
  // What a driver that is on its way out still creates is never placed.
  const Pod* driver = api_->FindNamed(pod->ns, absl::StrCat(pod->spark_app, "-driver"));
  if (driver == nullptr || driver->deleting || unbacked_.contains(driver->uid)) return;
  // Growth above what it keeps is promised nothing.
  const int32_t promised = gang.started ? job->Floor() : job->Minimum();
  if (gang.bound >= promised) return;
  if (faults_->last() + kAftermath >= gang.first_bound || Disturbed()) return;
  if (job->spec().spark.executor_requests.has_value()) return;
  Violated(absl::StrCat("executor ", pod->ns, "/", pod->name,
                        " waits although its job started with ", "room held for it: ", gang.bound,
                        " of ", promised, " are bound"));
}

void Auditor::CheckStart(const State& state, const muster::Step& step) {
  const Gang& gang = state.gang(step.gang);
  auto members = static_cast<int32_t>(step.placements.size());
  for (const HoldSlot& slot : step.holds) members += slot.count;
  if (members >= gang.minimum) return;
  const bool driver = gang.driver.valid() && step.placements.size() == 1 &&
                      step.placements.front().pod == gang.driver;
  if (driver && state.tree().at(gang.queue).autoscale == Autoscale::kDriver) {
    unbacked_.insert(state.pod(gang.driver).pod.uid);
    return;
  }
  Violated(absl::StrCat("gang ", FullName(gang), " starts with room for ", members, " of ",
                        gang.minimum));
}

void Auditor::OnPlan(const State& state, const Plan& plan) {
  for (const muster::Step& step : plan.steps) {
    if (step.kind == StepKind::kStart) CheckStart(state, step);
  }
}

void Auditor::OnCycle(const State& state, const Plan& plan) {
  for (const std::string& difference : Audit(state)) Violated(absl::StrCat("books: ", difference));
  if (!knows_gangs_) return;
  absl::btree_set<GangId> told;
  for (const Verdict& verdict : plan.verdicts) {
    if (verdict.reason->code != ReasonCode::kNone) told.insert(verdict.gang);
  }
  absl::btree_set<PodId> placed;
  absl::btree_set<GangId> starting;
  for (const muster::Step& step : plan.steps) {
    if (step.kind == StepKind::kStart) starting.insert(step.gang);
    for (const Placement& placement : step.placements) placed.insert(placement.pod);
  }
  absl::btree_set<GangId> released(plan.releases.begin(), plan.releases.end());
  for (size_t i = 0; i < state.pods().slots().size(); ++i) {
    const PodSlot& slot = state.pods().slots()[i];
    if (!slot.in_use || slot.footing.standing != Standing::kWaiting) continue;
    if (placed.contains(PodId{static_cast<uint32_t>(i)})) continue;
    if (told.contains(slot.footing.gang) || released.contains(slot.footing.gang)) continue;
    // What an ended job still creates is never placed; of one that starts, the rest is under way.
    const GangState stage = state.gang(slot.footing.gang).state;
    if (starting.contains(slot.footing.gang)) continue;
    if (stage == GangState::kEnded || stage == GangState::kStarting) continue;
    Violated(absl::StrCat("pod ", slot.pod.ns, "/", slot.pod.name, " waits and has no reason"));
  }
}

}  // namespace muster::sim
