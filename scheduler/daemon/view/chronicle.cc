// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/chronicle.h"

#include <algorithm>
#include <utility>

namespace muster::daemon {

Chronicle::Slot& Chronicle::SlotOf(const Gang& gang) {
  if (slots_.size() <= gang.id.value) slots_.resize(gang.id.value + 1);
  Slot& slot = slots_[gang.id.value];
  if (slot.opener_uid != gang.opener_uid) {
    slot = Slot();
    slot.opener_uid = gang.opener_uid;
    untold_.erase(gang.id);
  }
  return slot;
}

const Chronicle::Slot* Chronicle::Known(const Gang& gang) const {
  if (slots_.size() <= gang.id.value) return nullptr;
  const Slot& slot = slots_[gang.id.value];
  return slot.opener_uid == gang.opener_uid ? &slot : nullptr;
}

const Verdict* Chronicle::VerdictOf(const Gang& gang, const Plan& last) const {
  if (placed_ != cycle_) {
    placed_ = cycle_;
    places_.assign(slots_.size(), ~uint32_t{0});
    for (uint32_t i = 0; i < last.verdicts.size(); ++i) {
      const uint32_t slot = last.verdicts[i].gang.value;
      if (slot < places_.size()) places_[slot] = i;
    }
  }
  if (Known(gang) == nullptr || gang.id.value >= places_.size()) return nullptr;
  const uint32_t at = places_[gang.id.value];
  if (at >= last.verdicts.size() || last.verdicts[at].gang != gang.id) return nullptr;
  return &last.verdicts[at];
}

std::vector<DecisionRing::Entry> Chronicle::HistoryOf(const Gang& gang) const {
  const Slot* slot = Known(gang);
  if (slot == nullptr) return {};
  return slot->history;
}

void Chronicle::OnEvent(const Event& event, absl::Time) {
  const Gang* gang = state_ == nullptr ? nullptr : EndedGangs::MayEnd(*state_, event);
  if (gang == nullptr) return;
  if (auto* const history = ended_.Expect(*state_, *gang)) *history = HistoryOf(*gang);
}

void Chronicle::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  ++cycle_;
  for (const Step& step : plan.steps) OnStep(state, step, now);
  for (const GangId id : plan.releases) {
    const Gang& gang = state.gang(id);
    Decided decided = Begin(state, gang, Decided::Kind::kRelease, now);
    decided.pods = gang.bound;
    decided.releases = gang.releases;
    Tell(gang, std::move(decided));
  }
  for (const Claim& claim : plan.claims) OnClaim(state, claim, now);
  OnVerdicts(state, plan, now);
  Flush(state, plan, now);
}

void Chronicle::OnVerdicts(const State& state, const Plan& plan, absl::Time now) {
  const bool whole = changes_.Overtake(state.changes(), [this](const Change& change) {
    if (change.gang.value < heard_.size()) heard_[change.gang.value] = SharedReason();
  });
  if (!whole) heard_.clear();
  heard_.resize(std::max(heard_.size(), state.gangs().size()));
  for (const Verdict& verdict : plan.verdicts) {
    SharedReason& heard = heard_[verdict.gang.value];
    if (heard.Is(verdict.reason)) continue;  // most of a backlog
    const bool told = Told(state.gang(verdict.gang), verdict.reason->code, now);
    heard = told ? verdict.reason : SharedReason();
  }
}

// Whether that is what was told of it last. If not, it is told after a moment.
bool Chronicle::Told(const Gang& gang, ReasonCode code, absl::Time now) {
  if (SlotOf(gang).told == code) {
    if (!untold_.empty()) untold_.erase(gang.id);
    return true;
  }
  Untold& untold = untold_[gang.id];
  if (untold.code != code) untold = {code, now};
  return false;
}

void Chronicle::Flush(const State& state, const Plan& last, absl::Time now) {
  for (auto it = untold_.begin(); it != untold_.end();) {
    const Gang& gang = state.gang(it->first);
    const Verdict* verdict = gang.id.valid() ? VerdictOf(gang, last) : nullptr;
    const bool due = verdict != nullptr && now - it->second.since >= kMoment;
    if (due) {
      SlotOf(gang).told = verdict->reason->code;
      Decided decided = Begin(state, gang, Decided::Kind::kWait, now);
      decided.reason = verdict->reason;
      decided.position = verdict->position;
      Tell(gang, std::move(decided));
    }
    it = due || verdict == nullptr ? untold_.erase(it) : std::next(it);
  }
}

void Chronicle::OnStep(const State& state, const Step& step, absl::Time now) {
  const Gang& gang = state.gang(step.gang);
  SlotOf(gang).told = ReasonCode::kNone;
  untold_.erase(gang.id);
  Decided decided = Begin(state, gang, Decided::Kind::kStep, now);
  decided.step = step.kind;
  decided.pods = static_cast<int32_t>(step.placements.size());
  for (const HoldSlot& slot : step.holds) decided.held += slot.count;
  decided.held += static_cast<int32_t>(step.repairs.size());
  Tell(gang, std::move(decided));
}

void Chronicle::OnClaim(const State& state, const Claim& claim, absl::Time now) {
  const Gang& claimant = state.gang(claim.gang);
  Decided whole = Begin(state, claimant, Decided::Kind::kClaim, now);
  for (const Victim& victim : claim.victims) {
    const Gang& gang = state.gang(victim.gang);
    const auto kind = victim.whole ? Decided::Kind::kEvict : Decided::Kind::kShrink;
    Decided decided = Begin(state, gang, kind, now);
    decided.cause = victim.cause;
    decided.pods = static_cast<int32_t>(victim.pods.size());
    decided.other = FullName(claimant);
    whole.pods += decided.pods;
    ++whole.victims;
    Tell(gang, std::move(decided));
  }
  Tell(claimant, std::move(whole));
}

Decided Chronicle::Begin(const State& state, const Gang& gang, Decided::Kind kind,
                         absl::Time now) const {
  Decided decided;
  decided.at = now;
  decided.kind = kind;
  decided.ns = gang.ns;
  decided.name = gang.name;
  if (gang.queue.valid()) decided.queue = state.tree().at(gang.queue).path;
  decided.minimum = gang.minimum;
  decided.wait = std::max(now - gang.created, absl::ZeroDuration());
  return decided;
}

void Chronicle::Tell(const Gang& gang, Decided decided) {
  Slot& slot = SlotOf(gang);
  slot.history.push_back(ring_->Add(std::move(decided)));
  if (listener_ != nullptr) listener_(*slot.history.back());
  if (slot.history.size() > kHistory) slot.history.erase(slot.history.begin());
}

}  // namespace muster::daemon
