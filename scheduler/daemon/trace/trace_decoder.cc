// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_decoder.h"

#include <utility>

#include "scheduler/daemon/trace/model_fields.h"
#include "scheduler/daemon/trace/struct_delta.h"
#include "scheduler/daemon/trace/trace_format.h"

namespace muster::daemon {

namespace {

// Far above what a codec lets through, and far below where sums of a few overflow.
constexpr int32_t kMostMembers = 100'000'000;

bool Sane(int32_t members) { return members >= 0 && members <= kMostMembers; }

bool Sane(const Pod& pod) {
  return Sane(pod.gang_min) && !pod.uid.empty() && pod.grace >= absl::ZeroDuration() &&
         pod.runtime >= absl::ZeroDuration() &&
         (!pod.stamp.has_value() || (Sane(pod.stamp->minimum) && Sane(pod.stamp->hold)));
}

bool Sane(const Memory& memory) {
  for (const ClaimRecord& claim : memory.claims) {
    for (const ClaimRecord::Room& room : claim.rooms) {
      if (!Sane(room.part) || !Sane(room.count)) return false;
    }
  }
  for (const RunTimes& runs : memory.run_times) {
    for (const int64_t seconds : runs.seconds) {
      if (seconds < 0) return false;
    }
  }
  return true;
}

}  // namespace

bool TraceDecoder::Next(const State& before, Operation* operation) {
  if (source_.empty() || !source_.ok()) return false;
  uint8_t op = source_.Byte();
  while (op == static_cast<uint8_t>(Op::kNow)) {
    now_ = source_.Time();
    source_.SetNow(now_);
    if (source_.empty()) return false;
    op = source_.Byte();
  }
  operation->now = now_;
  switch (static_cast<Op>(op)) {
    case Op::kBegin: {
      std::string name = source_.Text();
      operation->what = TraceBegin{std::move(name), source_.Byte() != 0};
      break;
    }
    case Op::kExpire: operation->what = Expired{}; break;
    case Op::kPlan: operation->what = TraceDecided{GetPlan()}; break;
    case Op::kLost: operation->what = TraceLost{source_.Text()}; break;
    case Op::kEnd: operation->what = TraceEnd{source_.Byte() != 0}; break;
    default: operation->what = GetEvent(before, op);
  }
  // A time before all time is none at which anything happens.
  if (now_ == absl::InfinitePast() || now_ == absl::InfiniteFuture()) source_.Fail();
  return source_.ok();
}

Event TraceDecoder::GetEvent(const State& before, uint8_t op) {
  switch (static_cast<Op>(op)) {
    case Op::kNewPod: return GetNewPod();
    case Op::kPod: return GetKnownPod(before);
    case Op::kPodGone: return PodGone{GetUid(before)};
    case Op::kNode: {
      NodeSeen seen;
      Get(source_, &seen.node);
      return seen;
    }
    case Op::kSameNode: return GetSameNode(before);
    case Op::kNodeGone: return NodeGone{source_.Text()};
    case Op::kQueues: return GetQueues();
    case Op::kForecast: return GetForecast(before);
    case Op::kForecastMissing: {
      std::string uid = GetUid(before);
      return ForecastMissing{std::move(uid), source_.Text()};
    }
    case Op::kBindAccepted: return BindAccepted{GetUid(before)};
    case Op::kBindRefused: {
      BindRefused refused{GetUid(before), 0, ""};
      Get(source_, &refused.code);
      refused.message = source_.Text();
      return refused;
    }
    case Op::kEvictionRefused: return GetEvictionRefused(before);
    case Op::kMemory: {
      MemorySeen seen;
      Get(source_, &seen.memory);
      if (!Sane(seen.memory)) source_.Fail();
      return seen;
    }
    case Op::kSynced: return Synced{};
    default: source_.Fail(); return Synced{};
  }
}

std::string TraceDecoder::GetUid(const State& before) {
  PodId id;
  Get(source_, &id);
  if (!id.valid()) return source_.Name("");
  const std::vector<PodSlot>& slots = before.pods().slots();
  if (id.value < slots.size() && slots[id.value].in_use) return slots[id.value].pod.uid;
  source_.Fail();
  return "";
}

RoleSpec TraceDecoder::GetRole() {
  const uint64_t which = source_.Number();
  if (which > roles_.size()) source_.Fail();
  if (!source_.ok()) return RoleSpec{};
  if (which > 0) return roles_[which - 1];
  RoleSpec role;
  Get(source_, &role);
  if (roles_.size() == kKnownRoles) roles_.clear();
  roles_.push_back(role);
  return role;
}

std::optional<Stamp> TraceDecoder::GetStamp() {
  const uint64_t told = source_.Number();
  if (told == 0) return std::nullopt;
  const uint64_t bits = told - 1;
  EachField(stamp_, stamp_, [&](size_t index, auto& field, const auto&) {
    if ((bits >> index & 1) != 0) Get(source_, &field);
  });
  return stamp_;
}

void TraceDecoder::GetDelta(Pod* pod, bool fresh) {
  const Pod base = *pod;
  const uint64_t bits = source_.Number();
  EachField(*pod, base, [&](size_t index, auto& field, const auto& before) {
    if ((bits >> index & 1) == 0) return;
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, RoleSpec>) {
      field = GetRole();
    } else if constexpr (std::is_same_v<Field, std::optional<Stamp>>) {
      field = GetStamp();
    } else if constexpr (std::is_same_v<Field, std::string>) {
      if (&before == &base.uid) return;
      field = fresh && &before == &base.name ? source_.Name(before) : source_.Text();
    } else {
      Get(source_, &field);
    }
  });
  if (!Sane(*pod)) source_.Fail();
}

Event TraceDecoder::GetNewPod() {
  PodSeen seen{fresh_};
  const std::string uid = source_.Name(fresh_.uid);
  seen.pod.uid = uid;
  GetDelta(&seen.pod, true);
  if (source_.ok()) fresh_ = seen.pod;
  return seen;
}

Event TraceDecoder::GetKnownPod(const State& before) {
  PodId id;
  Get(source_, &id);
  const std::vector<PodSlot>& slots = before.pods().slots();
  if (id.value >= slots.size() || !slots[id.value].in_use) source_.Fail();
  if (!source_.ok()) return Synced{};
  PodSeen seen{slots[id.value].pod};
  GetDelta(&seen.pod, false);
  return seen;
}

Event TraceDecoder::GetSameNode(const State& before) {
  NodeId id;
  Get(source_, &id);
  if (id.value >= before.nodes().size()) source_.Fail();
  if (!source_.ok()) return Synced{};
  return NodeSeen{before.nodes().at(id)};
}

Event TraceDecoder::GetQueues() {
  QueuesSeen seen;
  Get(source_, &seen.config);
  return seen;
}

Event TraceDecoder::GetForecast(const State& before) {
  ForecastSeen seen;
  seen.driver_uid = GetUid(before);
  Get(source_, &seen.forecast.start);
  Get(source_, &seen.forecast.floor);
  seen.forecast.executor = GetRole();
  seen.forecast.config_error = source_.Text();
  if (!Sane(seen.forecast.start) || !Sane(seen.forecast.floor)) source_.Fail();
  return seen;
}

Event TraceDecoder::GetEvictionRefused(const State& before) {
  EvictionRefused refused;
  for (size_t left = source_.Count(); left > 0 && source_.ok(); --left) {
    refused.uids.push_back(GetUid(before));
  }
  Get(source_, &refused.code);
  refused.message = source_.Text();
  return refused;
}

RecordedPlan TraceDecoder::GetPlan() {
  RecordedPlan plan;
  Get(source_, &plan.steps);
  Get(source_, &plan.releases);
  Get(source_, &plan.claims);
  Get(source_, &plan.outdated);
  plan.verdicts = source_.Number();
  if (plan.verdicts > 0) {
    plan.digest.high = source_.Number();
    plan.digest.low = source_.Number();
  }
  Get(source_, &plan.codes);
  return plan;
}

}  // namespace muster::daemon
