// SPDX-License-Identifier: Apache-2.0
#include "scheduler/loop/announcer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace muster::loop {

namespace {

constexpr absl::Duration kRewrite = absl::Minutes(5);
// A gang whose members still come is told that it is incomplete after this long all the same.
constexpr absl::Duration kLongestGrowth = absl::Seconds(30);

// A reason that will not pass by itself is told at once; a driver's ConfigMap follows its pod
// within about a second, so that its absence is worth a word only later.
absl::Duration Patience(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kConfigError:
    case ReasonCode::kForbidden:
    case ReasonCode::kNeverFits:
    case ReasonCode::kQueueClosed: return absl::ZeroDuration();
    case ReasonCode::kGangIncomplete: return absl::Seconds(5);
    default: return absl::Seconds(1);
  }
}

std::string ConditionReason(const Reason& reason) {
  return CuredByNodes(reason) ? "Unschedulable" : std::string(Name(reason.code));
}

std::string ConditionMessage(const Reason& reason) {
  return absl::StrCat(Name(reason.code), ": ", Message(reason));
}

// What a condition's reader acts on: the code, and whether a node would help.
bool Alike(const Reason& a, const Reason& b) {
  return a.code == b.code && CuredByNodes(a) == CuredByNodes(b);
}

}  // namespace

bool Announcer::Fresh(const Entry& entry) { return !Alike(entry.told, entry.reason); }

absl::Time Announcer::DueOf(const Entry& entry) {
  if (Fresh(entry)) {
    const bool growing = entry.reason->code == ReasonCode::kGangIncomplete;
    const absl::Time from =
        growing ? std::clamp(entry.grown, entry.since, entry.since + kLongestGrowth) : entry.since;
    return from + Patience(entry.reason);
  }
  if (entry.waiting > entry.told_waiting) return entry.told_at + absl::Seconds(1);
  if (entry.told != entry.reason) return entry.told_all_at + kRewrite;
  return absl::InfiniteFuture();
}

Announcer::Entry& Announcer::EntryOf(GangId gang) {
  if (entries_.size() <= gang.value) {
    entries_.resize(gang.value + 1);
    heard_.resize(gang.value + 1);
  }
  return entries_[gang.value];
}

// Who has changed is compared with what was heard of him before.
void Announcer::Overtake(const State& state) {
  const bool whole = changes_.Overtake(state.changes(), [this](const Change& change) {
    if (change.gang.value < heard_.size()) heard_[change.gang.value].reason = nullptr;
  });
  if (whole) return;
  for (Heard& heard : heard_) heard.reason = nullptr;
}

void Announcer::Hear(const State& state, const Plan& plan, absl::Time now) {
  ++round_;
  Overtake(state);
  for (const Verdict& verdict : plan.verdicts) {
    if (heard_.size() <= verdict.gang.value) EntryOf(verdict.gang);
    Heard& heard = heard_[verdict.gang.value];
    if (std::exchange(heard.round, round_) == 0) waiting_.push_back(verdict.gang);
    if (heard.reason == &*verdict.reason) continue;  // most of a backlog, in most cycles
    Entry& entry = entries_[verdict.gang.value];
    const Gang& gang = state.gang(verdict.gang);
    const bool same_gang = entry.opener_uid == gang.opener_uid;
    const bool same =
        same_gang && entry.reason == verdict.reason && entry.waiting == gang.waiting.size();
    if (!same) {
      due_.erase({entry.due, verdict.gang});
      if (!same_gang) {
        entry = Entry();
        entry.opener_uid = gang.opener_uid;
      }
      if (!Alike(entry.reason, verdict.reason)) entry.since = now;
    }
    entry.reason = verdict.reason;
    heard.reason = &*entry.reason;
    if (same) continue;
    if (gang.waiting.size() > entry.waiting) entry.grown = now;
    entry.waiting = gang.waiting.size();
    entry.due = DueOf(entry);
    if (entry.due != absl::InfiniteFuture()) due_.insert({entry.due, verdict.gang});
  }
  std::erase_if(waiting_, [this](GangId gang) {
    Heard& heard = heard_[gang.value];
    if (heard.round == round_) return false;
    Entry& entry = entries_[gang.value];
    due_.erase({entry.due, gang});
    entry = Entry();
    heard = Heard();
    return true;
  });
}

absl::Time Announcer::NextDue() const {
  return due_.empty() ? absl::InfiniteFuture() : due_.begin()->first;
}

void Announcer::Speak(const State& state, absl::Time now, Actuator* actuator) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const GangId gang = due_.begin()->second;
    due_.erase(due_.begin());
    Tell(state, gang, &EntryOf(gang), now, actuator);
  }
}

void Announcer::Tell(const State& state, GangId id, Entry* entry, absl::Time now,
                     Actuator* actuator) {
  const Gang& gang = state.gang(id);
  const std::string reason = ConditionReason(entry->reason);
  const std::string message = ConditionMessage(entry->reason);
  const bool fresh = Fresh(*entry);
  const bool first = entry->told->code == ReasonCode::kNone;
  // After a restart the same code may stand on the pods already, with other numbers.
  const std::string code_prefix = absl::StrCat(Name(entry->reason->code), ": ");
  bool said_before = first;
  if (fresh || now >= entry->told_all_at + kRewrite) {
    entry->told_uids.clear();
    entry->told = entry->reason;
    entry->told_all_at = now;
  }
  for (PodId member : gang.waiting) {
    const Pod& pod = state.pod(member).pod;
    if (!entry->told_uids.insert(pod.uid).second) continue;
    const bool same_code =
        pod.condition_reason == reason && absl::StartsWith(pod.condition_message, code_prefix);
    if (pod.condition_message == message && pod.condition_reason == reason) continue;
    if (first && same_code) continue;
    said_before = false;
    actuator->Condition(
        SetCondition{PodRef{pod.uid, pod.ns, pod.name}, pod.generation, reason, message});
  }
  if (entry->events.insert(entry->reason->code).second && !said_before) {
    const PodId opener = state.FindPod(gang.opener_uid);
    if (opener.valid()) {
      const Pod& pod = state.pod(opener).pod;
      actuator->Event(PostEvent{
          PodRef{pod.uid, pod.ns, pod.name}, true, std::string(Name(entry->reason->code)),
          "Scheduling", absl::StrCat("gang ", FullName(gang), ": ", Message(entry->reason))});
    }
  }
  entry->told_waiting = gang.waiting.size();
  entry->told_at = now;
  entry->due = DueOf(*entry);
  if (entry->due != absl::InfiniteFuture()) due_.insert({entry->due, id});
}

}  // namespace muster::loop
