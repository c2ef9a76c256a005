// SPDX-License-Identifier: Apache-2.0
// Which gang a pod belongs to, and whose word counts: a gang belongs to the pod that opened it.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/state/state.h"

namespace muster {

// Whose labels speak for the gang: a Spark driver's before its executors', the living's before
// those of an earlier run, else the oldest pod's.
bool State::SpeaksBefore(const Pod& a, const Pod& b) {
  const bool driver_a = a.spark_role == SparkRole::kDriver;
  const bool driver_b = b.spark_role == SparkRole::kDriver;
  if (driver_a != driver_b) return driver_a;
  if (IsTerminal(a) != IsTerminal(b)) return IsTerminal(b);
  return std::tie(a.created, a.name, a.uid) < std::tie(b.created, b.name, b.uid);
}

PodId State::SpeakerOf(const Gang& gang) const {
  return *std::min_element(gang.members.begin(), gang.members.end(), [this](PodId a, PodId b) {
    return SpeaksBefore(pods_.at(a).pod, pods_.at(b).pod);
  });
}

namespace {

struct GangName {
  GangKind kind = GangKind::kSingle;
  std::string name;
};

GangName NameByLabels(const Pod& pod) {
  if (!pod.gang.empty()) return {GangKind::kDeclared, pod.gang};
  const bool spark = pod.spark_role != SparkRole::kNone && !pod.spark_app.empty();
  if (spark) return {GangKind::kSpark, pod.spark_app};
  return {GangKind::kSingle, pod.name};
}

// A bound pod stays in the gang with which it was bound, whatever has become of its labels.
GangName NameOf(const Pod& pod) {
  GangName name = NameByLabels(pod);
  const bool stamped = pod.stamp && !pod.node_name.empty() && !pod.stamp->gang.empty();
  if (!stamped || pod.stamp->gang == name.name) return name;
  const std::string& was = pod.stamp->gang;
  if (pod.spark_role != SparkRole::kNone && (was == pod.spark_app || pod.gang.empty())) {
    return {GangKind::kSpark, was};
  }
  return {was == pod.name ? GangKind::kSingle : GangKind::kDeclared, was};
}

std::string KeyOf(const GangName& name, const Pod& pod) {
  if (name.kind == GangKind::kSingle) return absl::StrCat("pod ", pod.uid);
  return absl::StrCat(name.kind == GangKind::kSpark ? "spark " : "gang ", pod.ns, "/", name.name);
}

}  // namespace

GangId State::GangFor(PodId id) {
  const Pod& pod = pods_.at(id).pod;
  const GangKind kind = NameOf(pod).kind;
  const std::string key = KeyOf(NameOf(pod), pod);
  auto found = gang_by_key_.find(key);
  if (found != gang_by_key_.end()) {
    // A name whose members have all ended starts a new gang. Executors that come after their driver
    // stay with the ended one: they are never placed.
    const Gang& gang = gangs_[found->second.value];
    const bool had_driver = gang.driver.valid() || gang.forecast.has_value();
    const bool renew = !IsTerminal(pod) && gang.state == GangState::kEnded &&
                       (kind == GangKind::kDeclared || (kind == GangKind::kSpark && !had_driver));
    if (!renew) return found->second;
  }
  return OpenGang(id, kind, key);
}

GangId State::OpenGang(PodId opener, GangKind kind, const std::string& key) {
  GangId id{static_cast<uint32_t>(gangs_.size())};
  if (unused_gangs_.empty()) {
    gangs_.emplace_back();
  } else {
    id = unused_gangs_.back();
    unused_gangs_.pop_back();
    gangs_[id.value] = Gang();
  }
  Gang& gang = gangs_[id.value];
  const Pod& pod = pods_.at(opener).pod;
  gang.id = id;
  gang.kind = kind;
  gang.ns = pod.ns;
  gang.name = NameOf(pod).name;
  gang.first_bind = absl::InfiniteFuture();
  gang.key = key;
  gang_by_key_[key] = id;
  SetAuthority(&gang, opener);
  return id;
}

void State::JoinGang(PodId id, GangId gang_id) {
  PodSlot& slot = pods_.at(id);
  Gang& gang = gangs_[gang_id.value];
  slot.footing.gang = gang_id;
  slot.footing.role = slot.role;
  slot.member_at = static_cast<uint32_t>(gang.members.size());
  gang.members.push_back(id);
  if (slot.pod.spark_role == SparkRole::kDriver && gang.kind == GangKind::kSpark &&
      !gang.driver.valid()) {
    gang.driver = id;
    gang.minimum = gang.floor = 1;  // whatever its executors said: the conf tells
    if (!slot.pod.conf_map.empty() && !IsTerminal(slot.pod)) forecast_requests_.push_back(id);
  }
  const PodId speaker = pods_.Find(gang.opener_uid);
  if (speaker.valid() && speaker != id && gang.state == GangState::kWaiting &&
      SpeaksBefore(slot.pod, pods_.at(speaker).pod)) {
    SetAuthority(&gang, id);
  }
  // Bound by another daemon of ours while this one runs.
  const bool stamped = slot.pod.stamp && !slot.pod.node_name.empty() && !IsTerminal(slot.pod);
  if (synced_ && stamped && gang.bound == 0) ObeyStamp(&gang, *slot.pod.stamp);
}

void State::QuitGang(PodId id, GangId gang_id) {
  Gang& gang = gangs_[gang_id.value];
  const uint32_t at = pods_.at(id).member_at;
  const PodId last = gang.members.back();
  gang.members[at] = last;
  pods_.at(last).member_at = at;
  gang.members.pop_back();
}

void State::SetAuthority(Gang* gang, PodId opener) {
  const Pod& pod = pods_.at(opener).pod;
  gang->opener_uid = pod.uid;
  gang->queue_label = pod.queue;
  gang->preempts = pod.preempts;
  gang->runtime = pod.runtime;
  gang->app = pod.app;
  gang->created = pod.created;
  arrivals_.Add(gang);
  gang->account = absl::StrCat(pod.ns, "/", pod.service_account);
  changes_.Add({gang->id, {}});
  MoveTo(gang, gang->queue, UserOf(pod));
  AssignQueue(gang);
}

// The opener is gone: while the gang waits another member speaks for it; once it has begun, queue
// and user stay.
void State::Succeed(Gang* gang) {
  const PodId heir = SpeakerOf(*gang);
  if (gang->state == GangState::kWaiting) {
    SetAuthority(gang, heir);
    return;
  }
  const Pod& pod = pods_.at(heir).pod;
  gang->opener_uid = pod.uid;
  gang->created = pod.created;
  arrivals_.Add(gang);
  RankOf(gang);
}

// The label names the user only where the config says that it is protected.
std::string State::UserOf(const Pod& pod) const {
  if (!config_.user_label.empty() && !pod.user.empty()) return pod.user;
  return absl::StrCat(pod.ns, "/", pod.service_account);
}

// A gang that has begun counts for no more than its queue allows; a waiting one with a higher
// priority is refused (AssignQueue).
void State::RankOf(Gang* gang) {
  const PodId opener = pods_.Find(gang->opener_uid);
  if (opener.valid()) gang->priority = pods_.at(opener).pod.priority;
  if (gang->queue.valid()) {
    gang->priority = std::min(gang->priority, tree_.at(gang->queue).max_priority);
  }
}

void State::AssignQueue(Gang* gang) {
  LeafChoice choice = tree_.Choose({gang->queue_label, gang->ns, gang->account});
  gang->refusal = Reason{};
  RefuseOf(choice, gang);
  if (choice.problem == LeafChoice::Problem::kNone) {
    const Queue& queue = tree_.at(choice.queue);
    const PodId opener = pods_.Find(gang->opener_uid);
    const int32_t priority = opener.valid() ? pods_.at(opener).pod.priority : gang->priority;
    if (priority > queue.max_priority) {
      gang->refusal = {.code = ReasonCode::kForbidden,
                       .subject = queue.path,
                       .need = priority,
                       .limit = queue.max_priority,
                       .detail = absl::StrCat("its maxPriority is ", queue.max_priority,
                                              ", the pod's priority ", priority)};
      choice.queue = QueueId{};
    } else if (queue.state != QueueState::kOpen) {
      gang->refusal = {.code = ReasonCode::kQueueClosed,
                       .subject = queue.path,
                       .detail = queue.draining                       ? "it left the config"
                                 : queue.state == QueueState::kClosed ? "it is closed"
                                                                      : "it is draining"};
    }
  }
  MoveTo(gang, choice.queue, gang->user);
  RankOf(gang);
}

void State::RefuseOf(const LeafChoice& choice, Gang* gang) {
  using Problem = LeafChoice::Problem;
  const std::string label = absl::StrCat("label muster.dev/queue: \"", choice.subject, "\"");
  switch (choice.problem) {
    case Problem::kNone: break;
    case Problem::kNoSuchQueue:
    case Problem::kNotALeaf:
      gang->refusal = {.code = ReasonCode::kConfigError,
                       .subject = label,
                       .detail = choice.problem == Problem::kNotALeaf
                                     ? "expected a leaf: this queue has queues below it"
                                     : "expected the path of a leaf queue of the config"};
      break;
    case Problem::kNamespace:
      gang->refusal = {.code = ReasonCode::kForbidden,
                       .subject = choice.subject,
                       .detail = absl::StrCat("its namespaces do not include ", gang->ns)};
      break;
    case Problem::kServiceAccount:
      gang->refusal = {
          .code = ReasonCode::kForbidden,
          .subject = choice.subject,
          .detail = absl::StrCat("its serviceAccounts do not include ", gang->account)};
      break;
    case Problem::kNoQueueForNamespace:
      gang->refusal = {.code = ReasonCode::kForbidden,
                       .subject = "default",
                       .detail = absl::StrCat("no queue lists namespace ", gang->ns,
                                              "; name one with label muster.dev/queue")};
      break;
  }
}

void State::MoveTo(Gang* gang, QueueId queue, const std::string& user) {
  if (gang->queue == queue && gang->user == user) return;
  changes_.Add({gang->id, {}});
  if (gang->counted) CountRunning(*gang, -1);
  gang->counted = false;
  const std::vector<HoldSlot> holds = gang->holds;
  const std::vector<RepairHold> repairs = gang->repairs;
  DropHolds(gang);
  DropClaim(gang);
  for (PodId member : gang->members) {
    Footing& footing = pods_.at(member).footing;
    if (!OnNode(footing.standing)) continue;
    CountDeparting(footing, -1);
    if (footing.queue.valid()) Charge(*gang, footing.role, -1, Tree::Use::kUsed);
  }
  user_use_.Quit(gang->leaf_user, gang->queue, gang->user);
  gang->queue = queue;
  gang->user = user;
  gang->leaf_user = user_use_.Join(queue, user);
  for (PodId member : gang->members) {
    Footing& footing = pods_.at(member).footing;
    if (!OnNode(footing.standing)) continue;
    footing.queue = queue;
    Charge(*gang, footing.role, 1, Tree::Use::kUsed);
    CountDeparting(footing, 1);
  }
  CountBegun(gang);
  for (const HoldSlot& slot : holds) AddHold(gang, slot);
  for (const RepairHold& repair : repairs) AddRepair(gang, repair);
}

// Into a tree that knows nothing of the gang yet.
void State::ChargeAll(const Gang& gang) {
  for (PodId member : gang.members) {
    Footing& footing = pods_.at(member).footing;
    footing.queue = FootingOf(member).queue;
    if (!footing.queue.valid()) continue;
    Charge(gang, footing.role, 1, Tree::Use::kUsed);
    if (footing.standing == Standing::kDeparting) ChargeLeaving(footing.queue, footing.role, 1);
  }
  const auto charge_held = [this, &gang](RoleId role, int32_t count) {
    Charge(gang, role, count, Tree::Use::kHeld);
    if (gang.evicted) ChargeLeaving(gang.queue, role, count);
  };
  for (const HoldSlot& slot : gang.holds) charge_held(gang.executor, slot.count);
  for (const RepairHold& repair : gang.repairs) charge_held(repair.role, 1);
}

// The largest number that a living member declares; once some are bound, what their stamps say.
void State::CountMinimum(Gang* gang, PodId changed) {
  PodSlot& slot = pods_.at(changed);
  const Pod& pod = slot.pod;
  const bool counts = slot.footing.gang == gang->id && !IsTerminal(pod);
  const int32_t declared = counts ? pod.gang_min : 0;
  const int32_t stamped = counts && pod.stamp && !pod.node_name.empty() ? pod.stamp->minimum : 0;
  gang->declared.Replace(std::exchange(slot.declared, declared), declared);
  gang->stamped.Replace(std::exchange(slot.stamped, stamped), stamped);
  // Only where the size is declared on the pods: by label, or on Spark executors without a driver
  // pod (client mode). Fixed once the gang starts.
  const bool declares = gang->kind == GangKind::kDeclared ||
                        (gang->kind == GangKind::kSpark && !gang->driver.valid());
  if (!declares || gang->state != GangState::kWaiting) return;
  int32_t minimum = gang->stamped.max() > 0 ? gang->stamped.max() : gang->declared.max();
  if (gang->kind == GangKind::kSpark) minimum = std::max(minimum, 1);
  if (minimum == gang->minimum) return;
  DropClaim(gang);  // was made for another size
  gang->minimum = minimum;
  gang->floor = minimum;
  changed_ = true;
}

}  // namespace muster
