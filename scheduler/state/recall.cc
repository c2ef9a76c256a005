// SPDX-License-Identifier: Apache-2.0
// What a restarted daemon makes of the pods that it finds: until Synced facts are only gathered, so
// that their order cannot matter (pods come in any order, before or after nodes and queues); then
// each gang's authority, promises and state follow from its members and their stamps.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

namespace {

// Of those that live, or of those that have ended: nullptr where none has one.
const Stamp* LatestStamp(const Pods& pods, const Gang& gang, bool ended) {
  const Pod* latest = nullptr;
  for (PodId member : gang.members) {
    const Pod& pod = pods.at(member).pod;
    if (!pod.stamp || pod.node_name.empty() || IsTerminal(pod) != ended) continue;
    if (ended && pod.deleting) continue;  // of a start that was given up, perhaps
    const bool later = latest == nullptr || pod.stamp->at > latest->stamp->at ||
                       (pod.stamp->at == latest->stamp->at && pod.name < latest->name);
    if (later) latest = &pod;
  }
  return latest == nullptr ? nullptr : &*latest->stamp;
}

// Whether all that was bound of it has ended, and some that wait are what it was to grow by: they
// were there when the others were bound. Else who waits is another run under the same name.
bool OutlivesItsMinimum(const Pods& pods, const Gang& gang) {
  const Stamp* ended = LatestStamp(pods, gang, true);
  if (ended == nullptr || LatestStamp(pods, gang, false) != nullptr) return false;
  if (gang.bound > 0 || gang.driver.valid() || gang.ever < gang.minimum) return false;
  return std::any_of(gang.waiting.begin(), gang.waiting.end(), [&pods, ended](PodId member) {
    return pods.at(member).pod.created <= ended->at;
  });
}

// What those that have ended were told counts for nothing but where their run goes on.
const Stamp* StampOf(const Pods& pods, const Gang& gang, bool started) {
  const Stamp* living = LatestStamp(pods, gang, false);
  return living == nullptr && started ? LatestStamp(pods, gang, true) : living;
}

// A restarted daemon sees a started gang that has lost a member and a half-bound one alike: some
// bound, some not. A member created after the decision that bound the others is a replacement.
bool HasReplacements(const Pods& pods, const Gang& gang) {
  const Stamp* stamp = LatestStamp(pods, gang, false);
  return stamp != nullptr &&
         std::any_of(gang.waiting.begin(), gang.waiting.end(), [&pods, stamp](PodId member) {
           return pods.at(member).pod.created > stamp->at;
         });
}

}  // namespace

void State::On(const Synced&, absl::Time now) {
  if (synced_) return;
  synced_ = true;
  changed_ = true;
  nodes_.Rank();
  const absl::btree_set<GangId> started = RecallStarted();
  RecallAuthority(started);
  for (uint32_t i = 0; i < pods_.slots().size(); ++i) {
    const Footing& footing = pods_.at(PodId{i}).footing;
    if (OnNode(footing.standing) && !nodes_.present(footing.node)) Refoot(PodId{i}, now);
  }
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    RecallExecutor(&gang);
    // How long one ran that ended while nobody watched is not known.
    if (HasEnded(gang)) gang.began = absl::InfiniteFuture();
    if (gang.began != absl::InfiniteFuture()) RemindOfMinRuntime(gang);
    Settle(gang.id, now);
    const bool half_bound = gang.state == GangState::kStarting;
    if (!half_bound && gang.state != GangState::kWaiting) continue;
    if (!started.contains(gang.id) && !(half_bound && HasReplacements(pods_, gang))) continue;
    Start(&gang, now);
    Settle(gang.id, now);
  }
  RecallClaims(now);
  BeginPast(now);
}

// Those that do not look it.
absl::btree_set<GangId> State::RecallStarted() {
  absl::btree_set<GangId> started;
  for (const std::string& uid : recalled_started_) {
    const PodId pod = pods_.Find(uid);
    if (!pod.valid()) continue;
    const Footing& footing = pods_.at(pod).footing;
    const bool lives =
        footing.standing == Standing::kBound || footing.standing == Standing::kWaiting;
    if (lives && footing.gang.valid()) started.insert(footing.gang);
  }
  recalled_started_.clear();
  for (const Gang& gang : gangs_) {
    if (gang.id.valid() && OutlivesItsMinimum(pods_, gang)) started.insert(gang.id);
  }
  return started;
}

// Queues that only stamps name become draining leaves before any waiting gang chooses: a label that
// names one is then told that it is closed.
void State::RecallAuthority(const absl::btree_set<GangId>& started) {
  std::vector<GangId> without;
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    SetAuthority(&gang, SpeakerOf(gang));
    if (const Stamp* stamp = StampOf(pods_, gang, started.contains(gang.id))) {
      ObeyStamp(&gang, *stamp);
    } else {
      without.push_back(gang.id);
    }
  }
  for (GangId id : without) AssignQueue(&gangs_[id.value]);
}

void State::ObeyStamp(Gang* gang, const Stamp& stamp) {
  MoveTo(gang, tree_.LeafOrDraining(stamp.queue), stamp.user.empty() ? gang->user : stamp.user);
  gang->refusal = Reason{};
  RankOf(gang);
  for (PodId member : gang->members) {  // the first bind is not the latest stamp's
    const Pod& pod = pods_.at(member).pod;
    if (pod.stamp && !pod.node_name.empty()) gang->began = std::min(gang->began, pod.stamp->at);
  }
}

void State::RecallExecutor(Gang* gang) {
  PodId first;
  for (PodId member : gang->members) {
    const Pod& pod = pods_.at(member).pod;
    if (gang->kind != GangKind::kSpark || pod.spark_role != SparkRole::kExecutor) continue;
    if (!first.valid() || SpeaksBefore(pod, pods_.at(first).pod)) first = member;
  }
  if (!first.valid()) return;
  gang->executor_seen = true;
  gang->executor = pods_.at(first).footing.role;
}

bool State::AwaitsForecast() const {
  return ClaimAwaitsForecast() ||
         std::any_of(gangs_.begin(), gangs_.end(), [this](const Gang& gang) {
           if (!gang.id.valid() || gang.state != GangState::kStarted || !gang.driver.valid())
             return false;
           if (gang.forecast.has_value() || !gang.missing.empty() || gang.executor_seen)
             return false;
           const std::optional<Stamp>& stamp = pods_.at(gang.driver).pod.stamp;
           return stamp && stamp->hold > 0 && !pods_.at(gang.driver).pod.conf_map.empty();
         });
}

// What is promised to a gang that did not start by a decision of this daemon: its minimum, for
// Spark bounded by what the driver's stamp says was held with it, while that may still be used.
void State::Promise(Gang* gang, absl::Time now) {
  int32_t most = gang->minimum;
  const std::optional<Stamp> none;
  const std::optional<Stamp>& stamp =
      gang->driver.valid() ? pods_.at(gang->driver).pod.stamp : none;
  if (stamp && gang->forecast.has_value()) {
    most = std::min(gang->minimum, 1 + stamp->hold);
  } else if (stamp) {
    most = gang->minimum = std::max(gang->minimum, 1 + stamp->hold);
  }
  if (stamp && now - stamp->at > kMemberHold) gang->full = true;
  if (gang->full && gang->forecast.has_value()) most = std::min(most, gang->floor);
  gang->promised = std::max(0, most - gang->succeeded);
}

}  // namespace muster
