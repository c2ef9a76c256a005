// SPDX-License-Identifier: Apache-2.0
// What a restarted daemon makes of the pods that it finds: until Synced facts are only gathered, so
// that their order cannot matter (pods come in any order, before or after nodes and queues); then
// each gang's authority, promises and state follow from its members and their stamps.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

void State::On(const Synced&, absl::Time now) {
  if (synced_) return;
  synced_ = true;
  changed_ = true;
  nodes_.Rank();
  RecallAuthority();
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
    if (gang.state != GangState::kStarting || !HasReplacements(gang)) continue;
    Start(&gang, now);
    Settle(gang.id, now);
  }
  RecallClaims(now);
  BeginPast(now);
}

const Stamp* State::StampOf(const Gang& gang) const {
  const PodSlot* latest = nullptr;
  for (PodId member : gang.members) {
    const PodSlot& slot = pods_.at(member);
    if (!slot.pod.stamp || slot.pod.node_name.empty() || IsTerminal(slot.pod)) continue;
    const bool later =
        latest == nullptr || slot.pod.stamp->at > latest->pod.stamp->at ||
        (slot.pod.stamp->at == latest->pod.stamp->at && slot.pod.name < latest->pod.name);
    if (later) latest = &slot;
  }
  return latest == nullptr ? nullptr : &*latest->pod.stamp;
}

// Queues that only stamps name become draining leaves before any waiting gang chooses: a label that
// names one is then told that it is closed.
void State::RecallAuthority() {
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    SetAuthority(&gang, SpeakerOf(gang));
    if (const Stamp* stamp = StampOf(gang)) ObeyStamp(&gang, *stamp);
  }
  for (Gang& gang : gangs_) {
    if (gang.id.valid() && StampOf(gang) == nullptr) AssignQueue(&gang);
  }
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

// A restarted daemon sees a started gang that has lost a member and a half-bound one alike: some
// bound, some not. A member created after the decision that bound the others is a replacement.
bool State::HasReplacements(const Gang& gang) const {
  const Stamp* stamp = StampOf(gang);
  return stamp != nullptr &&
         std::any_of(gang.waiting.begin(), gang.waiting.end(), [this, stamp](PodId member) {
           return pods_.at(member).pod.created > stamp->at;
         });
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
