// SPDX-License-Identifier: Apache-2.0
// Evictions for gangs that found no room, in the order in which they had their turn. A gang of a
// queue that has less than it is entitled to takes from queues that have more (reclaim); a gang of
// higher priority takes from lower ones of its own leaf (preemption). What is freed is the gang's
// claim until it starts there.
#include <map>
#include <optional>
#include <set>

#include "absl/container/btree_map.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/overrun.h"
#include "scheduler/cycle/victims.h"

namespace muster {

namespace {

// Searches of one leaf that find nothing, in one cycle: what bounds the cost of a backlog.
constexpr int32_t kFruitless = 16;

// A full count of running gangs is no share of anything, and nobody is evicted for it.
bool CuredByEviction(const Reason& reason) {
  const bool of_limit =
      reason.code == ReasonCode::kQueueQuota || reason.code == ReasonCode::kUserLimit;
  return reason.code == ReasonCode::kCapacityShort || reason.code == ReasonCode::kFragmented ||
         (of_limit && !reason.resource.empty());
}

int64_t PodsOf(const Claim& claim) {
  int64_t pods = 0;
  for (const Victim& victim : claim.victims) pods += static_cast<int64_t>(victim.pods.size());
  return pods;
}

// The draft as the state will be with the claim assumed (state/claims.cc): victims are on their way
// out, and their room is promised.
void Draw(Round& round, const Claim& claim) {
  Draft& draft = round.draft;
  const State& state = draft.state();
  for (GangId from : claim.inherited) ReleaseClaim(draft, state.gang(from));
  for (const Victim& victim : claim.victims) {
    const Gang& gang = state.gang(victim.gang);
    for (PodId pod : victim.pods) draft.Leave(gang, state.pod(pod).footing.role, 1);
    if (!victim.whole) continue;
    for (const HoldSlot& slot : HoldsOf(round, gang)) draft.Leave(gang, gang.executor, slot.count);
    for (const RepairHold& repair : gang.repairs) draft.Leave(gang, repair.role, 1);
  }
  for (const ClaimSlot& slot : claim.room) {
    draft.Take(state.gang(claim.gang), slot.role, slot.node, slot.count, Tree::Use::kHeld);
  }
}

// Heads that were passed by gangs that overran their estimates: each may evict its own.
std::set<GangId> OverrunHeads(const Round& round, QueueId leaf) {
  std::set<GangId> heads;
  const State& state = round.state();
  if (!state.tree().at(leaf).backfill) return heads;
  for (const RunningGangs::Key& key : state.running().of(leaf)) {
    const GangId head = OverrunHead(state, state.gang(key.id), round.now);
    if (head.valid()) heads.insert(head);
  }
  return heads;
}

// Searches of one leaf that found nothing.
struct Fruitless {
  std::set<GangId> overrun_heads;
  int32_t searches = 0;
  // Kinds of gangs (state/askers.h) that would find nothing again, since the last claim.
  std::set<uint32_t> kinds;
};

// Those of a kind share what they were told (state/answers.h): of most of a backlog that says
// enough, and nothing more is looked at. Since the last claim: until the next one a verdict that
// has been looked at keeps its reason, so that no other has the same address.
using FruitlessByReason = absl::btree_map<const Reason*, Fruitless*>;

Reason WhyNot(Round& round, const Gang& gang, const Shape& shape) {
  Attempt attempt(round.draft);
  return TryFit(round.draft, round.profile, gang, shape).reason;
}

// Gangs of which the plan has decided something else.
Condemned NoVictims(const Plan& plan) {
  Condemned condemned;
  for (const Step& step : plan.steps) {
    if (!step.placements.empty() || step.kind == StepKind::kStart)
      condemned.gangs.insert(step.gang);
  }
  condemned.gangs.insert(plan.releases.begin(), plan.releases.end());
  return condemned;
}

}  // namespace

void ReclaimRoom(Round& round) {
  const State& state = round.state();
  Condemned condemned = NoVictims(*round.plan);
  std::optional<Rights> rights;
  std::set<GangId> inherited;
  std::map<QueueId, Fruitless> fruitless;
  FruitlessByReason by_reason;
  for (size_t i = 0; i < round.plan->verdicts.size(); ++i) {
    const GangId id = round.plan->verdicts[i].gang;
    const bool bereft = inherited.contains(id);  // has lost its claim just now
    if (bereft) {
      const Gang& gang = state.gang(id);
      round.plan->verdicts[i].reason = WhyNot(round, gang, StartShape(state, gang));
    }
    const Reason& told = round.plan->verdicts[i].reason;
    if (!CuredByEviction(told)) continue;
    if (const auto at = by_reason.find(&told);
        at != by_reason.end() && !at->second->overrun_heads.contains(id)) {
      ++at->second->searches;
      continue;
    }
    const Gang& gang = state.gang(id);
    if (!gang.claim.empty() && !bereft) continue;
    if (gang.state != GangState::kWaiting || !gang.preempts) continue;
    const auto [entry, first] = fruitless.try_emplace(gang.queue);
    Fruitless& of = entry->second;
    if (first) of.overrun_heads = OverrunHeads(round, gang.queue);
    const uint32_t kind = KindOf(state, gang);
    const bool known = of.kinds.contains(kind) && !of.overrun_heads.contains(gang.id);
    if (known || of.searches >= kFruitless) {
      ++of.searches;
      by_reason.emplace(&told, &of);
      continue;
    }
    if (!rights.has_value()) rights.emplace(round);
    Claim claim = FindVictims(round, *rights, condemned, gang, StartShape(state, gang));
    if (claim.room.empty()) {
      ++of.searches;
      of.kinds.insert(kind);
      continue;
    }
    for (auto& [leaf, others] : fruitless) others.kinds.clear();
    by_reason.clear();
    Draw(round, claim);
    for (const Victim& victim : claim.victims) {
      condemned.pods.insert(victim.pods.begin(), victim.pods.end());
      if (!victim.whole) continue;
      condemned.gangs.insert(victim.gang);
      if (!state.gang(victim.gang).waiting.empty()) {
        SayEvicted(round, state.gang(victim.gang), claim.gang);
      }
    }
    inherited.insert(claim.inherited.begin(), claim.inherited.end());
    condemned.gangs.insert(claim.inherited.begin(), claim.inherited.end());
    round.plan->verdicts[i].reason =
        Reason{.code = ReasonCode::kWaitingForVictims, .have = PodsOf(claim)};
    round.plan->claims.push_back(std::move(claim));
  }
}

}  // namespace muster
