// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/decision_log.h"

#include "scheduler/daemon/metrics/queue_gauges.h"

namespace muster::daemon {
namespace {

struct Telling {
  LogLevel level;
  absl::string_view verdict;
};

Telling TellingOf(StepKind kind) {
  switch (kind) {
    case StepKind::kStart: return {LogLevel::kInfo, "start"};
    case StepKind::kComplete: return {LogLevel::kInfo, "complete"};
    case StepKind::kRepair: return {LogLevel::kInfo, "repair"};
    case StepKind::kRehold: return {LogLevel::kInfo, "rehold"};
    case StepKind::kSettle: return {LogLevel::kDebug, "settle"};
    case StepKind::kGrow: break;
  }
  return {LogLevel::kDebug, "grow"};
}

absl::string_view PathOf(const State& state, const Gang& gang) {
  return gang.queue.valid() ? absl::string_view(state.tree().at(gang.queue).path) : kNoQueue;
}

double WaitOf(const Gang& gang, absl::Time now) {
  return absl::ToDoubleSeconds(std::max(now - gang.created, absl::ZeroDuration()));
}

int32_t HeldBy(const Step& step) {
  int32_t held = 0;
  for (const HoldSlot& slot : step.holds) held += slot.count;
  return held;
}

}  // namespace

void DecisionLog::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  if (!log_->Wants(LogLevel::kInfo)) return;
  for (const Step& step : plan.steps) OnStep(state, step, now);
  for (const GangId id : plan.releases) {
    const Gang& gang = state.gang(id);
    log_->Warning("gang", {{"gang", FullName(gang)},
                           {"queue", PathOf(state, gang)},
                           {"verdict", "release"},
                           {"bound", gang.bound},
                           {"minimum", gang.minimum},
                           {"releases", gang.releases}});
  }
  for (const Claim& claim : plan.claims) OnClaim(state, claim);
  for (const Verdict& verdict : plan.verdicts) OnVerdict(state, verdict, now);
  Flush(state, now);
}

DecisionLog::Said& DecisionLog::SaidOf(const Gang& gang) {
  if (said_.size() <= gang.id.value) said_.resize(gang.id.value + 1);
  Said& said = said_[gang.id.value];
  if (said.opener_uid != gang.opener_uid) said = {gang.opener_uid, ReasonCode::kNone};
  return said;
}

void DecisionLog::OnStep(const State& state, const Step& step, absl::Time now) {
  const Gang& gang = state.gang(step.gang);
  SaidOf(gang).code = ReasonCode::kNone;
  unsaid_.erase(step.gang);
  const Telling telling = TellingOf(step.kind);
  if (!log_->Wants(telling.level)) return;
  log_->Write(telling.level, "gang",
              {{"gang", FullName(gang)},
               {"queue", PathOf(state, gang)},
               {"verdict", telling.verdict},
               {"placed", step.placements.size()},
               {"held", HeldBy(step)},
               {"minimum", gang.minimum},
               {"wait_seconds", WaitOf(gang, now)}});
}

void DecisionLog::OnClaim(const State& state, const Claim& claim) {
  const std::string claimant = FullName(state.gang(claim.gang));
  for (const Victim& victim : claim.victims) {
    const Gang& gang = state.gang(victim.gang);
    log_->Info("gang", {{"gang", FullName(gang)},
                        {"queue", PathOf(state, gang)},
                        {"verdict", victim.whole ? "evict" : "shrink"},
                        {"cause", Name(victim.cause)},
                        {"pods", victim.pods.size()},
                        {"for", claimant}});
  }
}

void DecisionLog::OnVerdict(const State& state, const Verdict& verdict, absl::Time now) {
  const Gang& gang = state.gang(verdict.gang);
  if (SaidOf(gang).code == verdict.reason.code) {
    unsaid_.erase(verdict.gang);
    return;
  }
  Unsaid& unsaid = unsaid_[verdict.gang];
  if (unsaid.opener_uid != gang.opener_uid || unsaid.verdict.reason.code != verdict.reason.code) {
    unsaid.opener_uid = gang.opener_uid;
    unsaid.since = now;
  }
  unsaid.verdict = verdict;
}

void DecisionLog::Flush(const State& state, absl::Time now) {
  for (auto it = unsaid_.begin(); it != unsaid_.end();) {
    const Unsaid& unsaid = it->second;
    const Gang& gang = state.gang(it->first);
    const bool gone = !gang.id.valid() || gang.opener_uid != unsaid.opener_uid;
    const bool due = now - unsaid.since >= kMoment;
    if (!gone && due) Say(state, unsaid.verdict, now);
    it = gone || due ? unsaid_.erase(it) : std::next(it);
  }
}

void DecisionLog::Say(const State& state, const Verdict& verdict, absl::Time now) {
  const Gang& gang = state.gang(verdict.gang);
  SaidOf(gang).code = verdict.reason.code;
  log_->Info("gang", {{"gang", FullName(gang)},
                      {"queue", PathOf(state, gang)},
                      {"verdict", "wait"},
                      {"reason", Name(verdict.reason.code)},
                      {"detail", Message(verdict.reason)},
                      {"position", verdict.position},
                      {"wait_seconds", WaitOf(gang, now)}});
}

}  // namespace muster::daemon
