// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_encoder.h"

#include <algorithm>

#include "scheduler/daemon/trace/model_fields.h"
#include "scheduler/daemon/trace/struct_delta.h"
#include "scheduler/daemon/trace/trace_format.h"

namespace muster::daemon {

namespace {

void PutOp(Sink& sink, Op op) { sink.Byte(static_cast<uint8_t>(op)); }

}  // namespace

std::vector<std::pair<GangId, ReasonCode>> ChangedCodes(const std::vector<Verdict>& verdicts,
                                                        std::vector<ReasonCode>* told) {
  std::vector<std::pair<GangId, ReasonCode>> changed;
  for (const Verdict& verdict : verdicts) {
    const size_t slot = verdict.gang.value;
    if (slot >= told->size()) told->resize(slot + 1, ReasonCode::kNone);
    if ((*told)[slot] == verdict.reason->code) continue;
    (*told)[slot] = verdict.reason->code;
    changed.emplace_back(verdict.gang, verdict.reason->code);
  }
  return changed;
}

RecordedPlan ToRecord(const Plan& plan, std::vector<ReasonCode>* told, VerdictDigest* digest) {
  RecordedPlan record{plan.steps, plan.releases, plan.claims, plan.outdated, plan.verdicts.size()};
  if (record.verdicts > 0) record.digest = digest->Of(plan.verdicts);
  record.codes = ChangedCodes(plan.verdicts, told);
  return record;
}

void TraceEncoder::BeginFile(const State& state, absl::Time now, bool from_image) {
  sink_.Clear();
  sink_.ForgetTexts();
  sink_.SetNow(absl::UnixEpoch());
  now_ = absl::InfinitePast();
  fresh_ = Pod{};
  stamp_ = Stamp{};
  roles_.clear();
  told_.clear();
  At(now);
  PutOp(sink_, Op::kBegin);
  sink_.Text(state.scheduler_name());
  sink_.Byte(from_image ? 1 : 0);
}

void TraceEncoder::At(absl::Time now) {
  if (now == now_) return;
  PutOp(sink_, Op::kNow);
  sink_.Time(now);
  sink_.SetNow(now);
  now_ = now;
}

void TraceEncoder::OnEvent(const State& before, const Event& event, absl::Time now) {
  At(now);
  std::visit([&](const auto& what) { On(before, what); }, event);
}

void TraceEncoder::Skip(const State& before, const Event& event) {
  if (const auto* seen = std::get_if<PodSeen>(&event)) {
    if (!Find(before, seen->pod.uid).valid()) pods_[Hash64(seen->pod.uid)] = before.pods().Next();
  } else if (const auto* gone = std::get_if<PodGone>(&event)) {
    pods_.erase(Hash64(gone->uid));
  }
}

void TraceEncoder::OnExpire(absl::Time now) {
  At(now);
  PutOp(sink_, Op::kExpire);
}

void TraceEncoder::OnPlan(const Plan& plan, absl::Time now) {
  At(now);
  PutOp(sink_, Op::kPlan);
  Put(sink_, plan.steps);
  Put(sink_, plan.releases);
  Put(sink_, plan.claims);
  Put(sink_, plan.outdated);
  sink_.Number(plan.verdicts.size());
  if (!plan.verdicts.empty()) {
    const Digest digest = digest_.Of(plan.verdicts);
    sink_.Number(digest.high);
    sink_.Number(digest.low);
  }
  Put(sink_, ChangedCodes(plan.verdicts, &told_));
}

void TraceEncoder::OnLost(absl::string_view why) {
  PutOp(sink_, Op::kLost);
  sink_.Text(why);
}

void TraceEncoder::OnEnd(bool goes_on) {
  PutOp(sink_, Op::kEnd);
  sink_.Byte(goes_on ? 1 : 0);
}

PodId TraceEncoder::Find(const State& before, const std::string& uid) const {
  const auto found = pods_.find(Hash64(uid));
  if (found == pods_.end()) return PodId{};
  const PodId id = found->second;
  const std::vector<PodSlot>& slots = before.pods().slots();
  const bool right =
      id.value < slots.size() && slots[id.value].in_use && slots[id.value].pod.uid == uid;
  return right ? id : before.FindPod(uid);
}

void TraceEncoder::PutPod(const State& before, const std::string& uid) {
  const PodId id = Find(before, uid);
  Put(sink_, id);
  if (!id.valid()) sink_.Name(uid, "");
}

void TraceEncoder::PutRole(const RoleSpec& role) {
  const auto known = std::find(roles_.begin(), roles_.end(), role);
  if (known != roles_.end()) return sink_.Number(static_cast<uint64_t>(known - roles_.begin()) + 1);
  if (roles_.size() == kKnownRoles) roles_.clear();
  roles_.push_back(role);
  sink_.Number(0);
  Put(sink_, role);
}

void TraceEncoder::PutStamp(const std::optional<Stamp>& stamp) {
  if (!stamp.has_value()) return sink_.Number(0);
  const uint64_t bits = DifferingFields(*stamp, stamp_);
  sink_.Number(bits + 1);
  EachField(*stamp, stamp_, [&](size_t index, const auto& field, const auto&) {
    if ((bits >> index & 1) != 0) Put(sink_, field);
  });
  CopyFields(bits, *stamp, &stamp_);
}

uint64_t TraceEncoder::PutDelta(const Pod& pod, const Pod& base, bool fresh) {
  const uint64_t bits = DifferingFields(pod, base);
  sink_.Number(bits);
  EachField(pod, base, [&](size_t index, const auto& field, const auto& before) {
    if ((bits >> index & 1) == 0) return;
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, RoleSpec>) {
      PutRole(field);
    } else if constexpr (std::is_same_v<Field, std::optional<Stamp>>) {
      PutStamp(field);
    } else if constexpr (std::is_same_v<Field, std::string>) {
      if (&before == &base.uid) return;  // told by itself
      if (fresh && &before == &base.name) return sink_.Name(field, before);
      sink_.Text(field);
    } else {
      Put(sink_, field);
    }
  });
  return bits;
}

void TraceEncoder::On(const State& before, const PodSeen& event) {
  const PodId id = Find(before, event.pod.uid);
  if (id.valid()) {
    PutOp(sink_, Op::kPod);
    Put(sink_, id);
    PutDelta(event.pod, before.pod(id).pod, false);
    return;
  }
  pods_[Hash64(event.pod.uid)] = before.pods().Next();
  PutOp(sink_, Op::kNewPod);
  sink_.Name(event.pod.uid, fresh_.uid);
  CopyFields(PutDelta(event.pod, fresh_, true), event.pod, &fresh_);
}

void TraceEncoder::On(const State& before, const PodGone& event) {
  PutOp(sink_, Op::kPodGone);
  PutPod(before, event.uid);
  pods_.erase(Hash64(event.uid));
}

void TraceEncoder::On(const State& before, const NodeSeen& event) {
  const NodeId id = before.nodes().Find(event.node.name);
  if (id.valid() && before.nodes().present(id) && before.nodes().at(id) == event.node) {
    PutOp(sink_, Op::kSameNode);
    return Put(sink_, id);
  }
  PutOp(sink_, Op::kNode);
  Put(sink_, event.node);
}

void TraceEncoder::On(const State&, const NodeGone& event) {
  PutOp(sink_, Op::kNodeGone);
  Put(sink_, event.name);
}

void TraceEncoder::On(const State&, const QueuesSeen& event) {
  PutOp(sink_, Op::kQueues);
  Put(sink_, event.config);
}

void TraceEncoder::On(const State& before, const ForecastSeen& event) {
  PutOp(sink_, Op::kForecast);
  PutPod(before, event.driver_uid);
  Put(sink_, event.forecast.start);
  Put(sink_, event.forecast.floor);
  PutRole(event.forecast.executor);
  sink_.Text(event.forecast.config_error);
}

void TraceEncoder::On(const State& before, const ForecastMissing& event) {
  PutOp(sink_, Op::kForecastMissing);
  PutPod(before, event.driver_uid);
  Put(sink_, event.object);
}

void TraceEncoder::On(const State& before, const BindAccepted& event) {
  PutOp(sink_, Op::kBindAccepted);
  PutPod(before, event.uid);
}

void TraceEncoder::On(const State& before, const BindRefused& event) {
  PutOp(sink_, Op::kBindRefused);
  PutPod(before, event.uid);
  Put(sink_, event.code);
  Put(sink_, event.message);
}

void TraceEncoder::On(const State& before, const EvictionRefused& event) {
  PutOp(sink_, Op::kEvictionRefused);
  sink_.Number(event.uids.size());
  for (const std::string& uid : event.uids) PutPod(before, uid);
  Put(sink_, event.code);
  Put(sink_, event.message);
}

void TraceEncoder::On(const State&, const MemorySeen& event) {
  PutOp(sink_, Op::kMemory);
  Put(sink_, event.memory);
}

void TraceEncoder::On(const State&, const Synced&) { PutOp(sink_, Op::kSynced); }

}  // namespace muster::daemon
