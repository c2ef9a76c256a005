// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/ended_gangs.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "scheduler/daemon/view/gang_view.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {

const Gang* EndedGangs::MayEnd(const State& state, const Event& event) {
  const std::string* uid = nullptr;
  if (const auto* gone = std::get_if<PodGone>(&event)) uid = &gone->uid;
  if (const auto* seen = std::get_if<PodSeen>(&event); seen != nullptr && IsTerminal(seen->pod)) {
    uid = &seen->pod.uid;
  }
  const PodId pod = uid == nullptr ? PodId() : state.FindPod(*uid);
  const GangId id = pod.valid() ? state.pod(pod).footing.gang : GangId();
  if (!id.valid()) return nullptr;
  const Gang& gang = state.gang(id);
  return gang.id.valid() && gang.state != GangState::kEnded ? &gang : nullptr;
}

std::vector<DecisionRing::Entry>* EndedGangs::Expect(const State& state, const Gang& gang) {
  Expected& expected = expected_[gang.id];
  if (expected.opener_uid == gang.opener_uid) return nullptr;
  expected = {gang.opener_uid, gang.created, gang.began, {}};
  v1::Gang& out = expected.as_it_was.gang;
  RenderIdentity(state, gang, &out);
  out.set_bound(gang.ever);
  out.set_evicted(gang.evicted);
  out.set_state("ended");
  return &expected.as_it_was.history;
}

void EndedGangs::OnStepEnd(const State& state, absl::Time now) {
  for (auto& [id, expected] : expected_) {
    const Gang& gang = state.gang(id);
    const bool another = !gang.id.valid() || gang.opener_uid != expected.opener_uid;
    if (!another && gang.state != GangState::kEnded) continue;
    v1::Gang& ended = expected.as_it_was.gang;
    *ended.mutable_ended() = Timestamp(now);
    *ended.mutable_wait() = Span(std::min(expected.began, now) - expected.created);
    ended_.push_back(std::move(expected.as_it_was));
    if (ended_.size() > kKept) ended_.pop_front();
  }
  expected_.clear();
}

const EndedGang* EndedGangs::Find(const std::string& ns, const std::string& name) const {
  const auto found = std::find_if(ended_.rbegin(), ended_.rend(), [&](const EndedGang& each) {
    return each.gang.namespace_() == ns && each.gang.name() == name;
  });
  return found == ended_.rend() ? nullptr : &*found;
}

}  // namespace muster::daemon
