// SPDX-License-Identifier: Apache-2.0
// Events become state. Each handler is idempotent; what follows for the gang is in lifecycle.cc.
#include <algorithm>

#include "scheduler/state/state.h"

namespace muster {

State::State(std::string scheduler_name)
    : scheduler_name_(std::move(scheduler_name)),
      config_(DefaultQueueConfig()),
      tree_(config_, &resources_) {}

void State::Apply(Event event, absl::Time now) {
  if (synced_) tree_.Advance(now);
  std::visit([this, now](auto&& e) { On(std::forward<decltype(e)>(e), now); }, std::move(event));
}

void State::On(PodSeen&& event, absl::Time now) {
  PodId id = pods_.Find(event.pod.uid);
  const bool fresh = !id.valid();
  if (fresh) id = pods_.Add(event.pod.uid);
  PodSlot& slot = pods_.at(id);
  const bool same_role = !fresh && slot.pod.role == event.pod.role;
  slot.pod = std::move(event.pod);
  if (!same_role) slot.role = roles_.Intern(slot.pod.role, &resources_);
  if (!slot.pod.node_name.empty()) slot.assumed = NodeId{};
  const bool ours = slot.pod.scheduler_name == scheduler_name_;
  if (ours && fresh) JoinGang(id, GangFor(id));
  Refoot(id, now);
  if (!ours) return;
  const GangId gang = slot.footing.gang;
  Gang& of = gangs_[gang.value];
  CountMinimum(&of, id);
  if (synced_ && slot.pod.spark_role == SparkRole::kExecutor && fresh) SeeExecutor(&of, id, now);
  if (of.driver == id && slot.pod.phase == PodPhase::kRunning && !of.driver_runs) {
    of.driver_runs = true;
    of.holds_until = now + kMemberHold;
    Remind(gang, of.holds_until);
  }
  Settle(gang, now);
}

void State::On(const PodGone& event, absl::Time now) {
  const PodId id = pods_.Find(event.uid);
  if (!id.valid()) return;
  PodSlot& slot = pods_.at(id);
  const Footing before = slot.footing;
  Leave(id, before);
  slot.footing = Footing{};
  // One that has ended, of a gang that has, had given back all it had.
  const bool over =
      (before.standing == Standing::kSucceeded || before.standing == Standing::kFailed) &&
      before.gang.valid() && gangs_[before.gang.value].state == GangState::kEnded;
  if (!over) changed_ = true;
  if (before.gang.valid()) {
    Gang& gang = gangs_[before.gang.value];
    QuitGang(id, gang.id);
    if (gang.driver == id) {
      gang.driver = PodId{};
      End(&gang);
    }
    if (gang.opener_uid == event.uid && !gang.members.empty()) Succeed(&gang);
    if (OnNode(before.standing)) MemberLost(&gang, before, now);
    CountMinimum(&gang, id);
    Settle(before.gang, now);
  }
  pods_.Remove(id);
}

void State::On(const NodeSeen& event, absl::Time now) {
  const NodeId known = nodes_.Find(event.node.name);
  if (known.valid() && nodes_.present(known) && nodes_.at(known) == event.node) return;
  const bool back = known.valid() && !nodes_.present(known);
  const NodeId id = nodes_.Upsert(event.node, &resources_);
  if (known.valid()) DropHoldsOn(id, now);
  if (back && synced_) RefootOn(id, now);
  changed_ = true;
}

void State::On(const NodeGone& event, absl::Time now) {
  const NodeId id = nodes_.Find(event.name);
  if (!id.valid() || !nodes_.present(id)) return;
  nodes_.Remove(event.name);
  DropHoldsOn(id, now);
  if (synced_) RefootOn(id, now);
  changed_ = true;
}

void State::On(const QueuesSeen& event, absl::Time now) {
  if (event.config == config_) return;
  changed_ = true;
  // Everything charged is taken out of the old tree and entered into the new one: a gang that has
  // something keeps its path, as a draining leaf where the config no longer names it.
  std::vector<std::pair<GangId, std::string>> kept;
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    // Members that are being deleted are charged too, although they are not counted as bound.
    const bool charged = std::any_of(gang.members.begin(), gang.members.end(), [this](PodId id) {
      return pods_.at(id).footing.queue.valid();
    });
    const bool has = charged || !gang.holds.empty() || !gang.repairs.empty();
    const bool begun = gang.state == GangState::kStarting || gang.state == GangState::kStarted;
    if (synced_ && (has || begun) && gang.queue.valid()) {
      kept.emplace_back(gang.id, tree_.at(gang.queue).path);
    }
  }
  const std::vector<KeptClaim> claims = TakeClaims();
  WorkOutUserPast();
  auto past = tree_.PastUses();
  tree_ = Tree(event.config, &resources_);
  if (!synced_ || tree_.half_life().on()) {
    for (auto& [path, average] : past) tree_.Recall(path, std::move(average));
  }
  config_ = event.config;
  running_.Clear();
  user_use_.Clear();
  user_books_ = UserBooks(config_);
  for (Gang& gang : gangs_) {
    gang.queue = QueueId{};
    gang.leaf_user = LeafUserId{};
    gang.counted = false;
    for (PodId member : gang.members) pods_.at(member).footing.queue = QueueId{};
  }
  for (const auto& [id, path] : kept) {
    Gang& gang = gangs_[id.value];
    gang.queue = tree_.LeafOrDraining(path);
    gang.leaf_user = user_use_.Join(gang.queue, gang.user);
    ChargeAll(gang);
    CountBegun(&gang);
    RankOf(&gang);
  }
  for (Gang& gang : gangs_) {
    if (!gang.id.valid()) continue;
    if (!gang.queue.valid()) {
      const PodId opener = pods_.Find(gang.opener_uid);
      if (opener.valid()) gang.user = UserOf(pods_.at(opener).pod);  // the config says how
      AssignQueue(&gang);
    }
    if (gang.began != absl::InfiniteFuture()) RemindOfMinRuntime(gang);
    changes_.Add({gang.id, {}});
    const bool scales = gang.queue.valid() && tree_.at(gang.queue).autoscale == Autoscale::kDriver;
    if (!scales) gang.short_since = absl::InfiniteFuture();
    RemindOfStarving(gang, now);
    Touch(gang.id);
  }
  ReturnClaims(claims);
  if (synced_) BeginPast(now);
}

void State::On(const ForecastSeen& event, absl::Time now) {
  const PodId id = pods_.Find(event.driver_uid);
  if (!id.valid() || !pods_.at(id).footing.gang.valid()) return;
  Gang& gang = gangs_[pods_.at(id).footing.gang.value];
  if (gang.driver != id || gang.forecast.has_value()) return;
  gang.forecast = event.forecast;
  gang.missing.clear();
  if (event.forecast.config_error.empty()) {
    if (!gang.executor_seen) gang.executor = roles_.Intern(event.forecast.executor, &resources_);
    gang.minimum = 1 + event.forecast.start;
    gang.floor = 1 + event.forecast.floor;
    if (gang.state == GangState::kStarted) Promise(&gang, now);  // of a start before this daemon's
  }
  changed_ = true;
  Settle(gang.id, now);
  if (synced_) RecallClaims(now);
}

void State::On(const ForecastMissing& event, absl::Time) {
  const PodId id = pods_.Find(event.driver_uid);
  if (!id.valid() || !pods_.at(id).footing.gang.valid()) return;
  Gang& gang = gangs_[pods_.at(id).footing.gang.value];
  if (gang.missing == event.object) return;
  gang.missing = event.object;
  changed_ = true;
}

void State::On(const BindAccepted& event, absl::Time now) {
  const PodId id = pods_.Find(event.uid);
  if (!id.valid()) return;
  PodSlot& slot = pods_.at(id);
  if (slot.footing.standing != Standing::kAssumed || slot.accepted) return;
  slot.accepted = true;
  Gang& gang = gangs_[slot.footing.gang.value];
  ++gang.accepted;
  if (gang.state == GangState::kStarted) gang.releases = 0;
  Settle(gang.id, now);
}

void State::On(const BindRefused& event, absl::Time now) {
  const PodId id = pods_.Find(event.uid);
  if (!id.valid()) return;
  PodSlot& slot = pods_.at(id);
  if (slot.footing.standing != Standing::kAssumed) return;
  slot.assumed = NodeId{};
  ++slot.refusals;
  const GangId gang_id = slot.footing.gang;
  Refoot(id, now);
  Gang& gang = gangs_[gang_id.value];
  gang.refusals = std::max(gang.refusals, slot.refusals);
  gang.refused_message = event.message;
  if (gang.state == GangState::kStarted) BackOff(&gang, now);
  changed_ = true;
  Settle(gang_id, now);
}

std::vector<PodId> State::TakeForecastRequests() {
  std::vector<PodId> requests;
  requests.swap(forecast_requests_);
  std::erase_if(requests, [this](PodId id) {
    const GangId gang = pods_.at(id).footing.gang;
    return !gang.valid() || gangs_[gang.value].driver != id;
  });
  return requests;
}

}  // namespace muster
