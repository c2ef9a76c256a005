// SPDX-License-Identifier: Apache-2.0
#include "scheduler/loop/loop.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/state/victims.h"

namespace muster::loop {

namespace {

constexpr size_t kLongestHint = 4096;
constexpr size_t kManyEvents = 1024;
// History changes with every pod; this much of it may be lost.
constexpr absl::Duration kRememberEvery = absl::Seconds(60);
// Growth may let another start that was behind its gang's user; more often than this it does not.
constexpr int kRounds = 4;

// A decision that is not short is followed by a pause of so many times as long: what a backlog of
// ten thousand gangs that cannot start adds to every decision takes no more than some 3 % of the
// time from what is bound meanwhile. What has happened by then is decided at once.
constexpr int kPause = 32;
constexpr absl::Duration kShort = absl::Microseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

PodRef RefOf(const Pod& pod) { return PodRef{pod.uid, pod.ns, pod.name}; }

// "node=count,…", cut at a comma.
std::string HoldHint(const State& state, const std::vector<HoldSlot>& holds) {
  std::string hint;
  for (const HoldSlot& slot : holds) {
    const std::string part =
        absl::StrCat(hint.empty() ? "" : ",", state.nodes().at(slot.node).name, "=", slot.count);
    if (hint.size() + part.size() > kLongestHint) break;
    hint += part;
  }
  return hint;
}

// "1 pod", "2 pods".
std::string Counted(size_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

std::string ForWhom(const State& state, GangId claimant) {
  const Gang& gang = state.gang(claimant);
  return absl::StrCat("for gang ", FullName(gang), " of queue ", state.tree().at(gang.queue).path);
}

absl::string_view Why(EvictionCause cause) {
  switch (cause) {
    case EvictionCause::kPreemption: return "it is more important";
    case EvictionCause::kOverrun: return "it was passed on an estimate that did not hold";
    case EvictionCause::kReclaim: break;
  }
  return "it is entitled to more";
}

}  // namespace

Loop::Loop(Ports ports, std::string scheduler_name, Decide decide, Observer* observer)
    : ports_(ports),
      decide_(std::move(decide)),
      observer_(observer),
      state_(std::move(scheduler_name)),
      profile_(MakeProfile(state_.config().scorer)) {
  if (observer_ != nullptr) observer_->OnStart(state_);
}

absl::Time Loop::NextTimer() const {
  if (!recalled_) return absl::InfiniteFuture();
  const absl::Time write =
      state_.memory_changed() ? remembered_at_ + kRememberEvery : absl::InfiniteFuture();
  const absl::Time decide = state_.changed() ? decide_after_ : absl::InfiniteFuture();
  return std::min({state_.NextTimer(), announcer_.NextDue(), write, decide});
}

bool Loop::Step(absl::Time until) {
  events_.clear();
  const bool open = ports_.feed->Drain(&events_, std::min(until, NextTimer()));
  const absl::Time now = ports_.clock->Now();
  for (Event& event : events_) Hear(std::move(event), now);
  // What a list of everything takes is not kept.
  if (events_.capacity() > kManyEvents) std::vector<Event>().swap(events_);
  AskForForecasts();
  if (!synced_) return open;
  if (!recalled_) {
    recalled_ = !state_.AwaitsForecast();
    if (!recalled_) return open;
    ResumeEvictions();
  }
  if (observer_ != nullptr) observer_->OnExpire(now);
  state_.Expire(now);
  if (state_.changed() && now >= decide_after_) {
    DecideAndAct(now);
    const absl::Duration took = ports_.clock->Now() - now;
    decide_after_ =
        now + took + std::clamp(kPause * (took - kShort), absl::ZeroDuration(), kLongestPause);
  }
  const bool due = state_.memory_changed() && now >= remembered_at_ + kRememberEvery;
  if (due || state_.memory_presses()) Remember(now);
  announcer_.Speak(state_, now, ports_.actuator);
  if (observer_ != nullptr) observer_->OnStepEnd(state_, now);
  return open;
}

void Loop::Hear(Event&& event, absl::Time now) {
  if (observer_ != nullptr) observer_->OnEvent(event, now);
  if (const auto* refused = std::get_if<EvictionRefused>(&event)) TellRefusal(*refused);
  if (std::holds_alternative<Synced>(event)) synced_ = true;
  const bool of_queues = std::holds_alternative<QueuesSeen>(event);
  state_.Apply(std::move(event), now);
  if (of_queues) profile_ = MakeProfile(state_.config().scorer);
}

void Loop::AskForForecasts() {
  for (PodId id : state_.TakeForecastRequests()) {
    const Pod& pod = state_.pod(id).pod;
    ports_.actuator->Forecast(ReadForecast{RefOf(pod), pod.conf_map, pod.template_map,
                                           pod.template_key, state_.scheduler_name()});
  }
}

void Loop::DecideAndAct(absl::Time now) {
  bool settled = false;
  for (int round = 0; round < kRounds && !settled; ++round) {
    last_plan_ = decide_(state_, profile_, now);
    const Plan& plan = last_plan_;
    settled = plan.settled();
    state_.Assume(plan, now);
    state_.ClearChanged();
    Act(plan, now);
    announcer_.Hear(state_, plan, now);
    ++cycles_;
    if (observer_ != nullptr) observer_->OnCycle(state_, plan, now);
  }
}

void Loop::Act(const Plan& plan, absl::Time now) {
  for (const muster::Step& step : plan.steps) ActOn(step, now);
  // The claims are on record before the first eviction for them.
  if (!plan.claims.empty()) Remember(now);
  for (const Claim& claim : plan.claims) Evict(claim);
  for (GangId id : plan.releases) {
    for (PodId member : state_.gang(id).members) {
      const PodSlot& slot = state_.pod(member);
      if (slot.given_up && !slot.pod.deleting) ports_.actuator->Delete(DeletePod{RefOf(slot.pod)});
    }
  }
}

void Loop::Remember(absl::Time now) {
  ports_.actuator->Remember(state_.ToMemory());
  state_.ClearMemoryChanged();
  remembered_at_ = now;
}

// What an earlier daemon began to evict, and who is not on his way out yet. People have been told.
void Loop::ResumeEvictions() {
  for (GangId id : state_.claimed()) {
    std::vector<Victim> victims = VictimsOf(state_, state_.gang(id));
    for (Victim& victim : victims) {
      std::erase_if(victim.pods, [this](PodId pod) { return state_.pod(pod).pod.deleting; });
    }
    std::erase_if(victims, [](const Victim& victim) { return victim.pods.empty(); });
    if (!victims.empty()) OrderEviction(ForWhom(state_, id), victims);
  }
}

void Loop::OrderEviction(std::string message, const std::vector<Victim>& victims) {
  EvictPods evict;
  evict.message = std::move(message);
  for (const Victim& victim : victims) {
    EvictPods::Victim pods;
    for (PodId pod : victim.pods) pods.pods.push_back(RefOf(state_.pod(pod).pod));
    evict.victims.push_back(std::move(pods));
  }
  ports_.actuator->Evict(std::move(evict));
}

void Loop::Evict(const Claim& claim) {
  if (claim.victims.empty()) return;
  const Gang& gang = state_.gang(claim.gang);
  const std::string message = ForWhom(state_, claim.gang);
  size_t count = 0;
  for (const Victim& victim : claim.victims) count += victim.pods.size();
  OrderEviction(message, claim.victims);
  // One event a victim, on the pod that goes first.
  for (const Victim& victim : claim.victims) {
    if (victim.pods.empty()) continue;
    const Gang& evicted = state_.gang(victim.gang);
    const std::string what =
        victim.whole ? "is evicted" : absl::StrCat("loses ", Counted(victim.pods.size(), "member"));
    ports_.actuator->Event(PostEvent{RefOf(state_.pod(victim.pods.front()).pod), false, "Evicted",
                                     "Evicting",
                                     absl::StrCat("gang ", FullName(evicted), " ", what, " ",
                                                  message, ": ", Why(victim.cause))});
  }
  const PodId opener = state_.FindPod(gang.opener_uid);
  if (!opener.valid()) return;
  ports_.actuator->Event(PostEvent{
      RefOf(state_.pod(opener).pod), false, "WaitingForVictims", "Evicting",
      absl::StrCat("victims: ", Counted(claim.victims.size(), "gang"), ", ", Counted(count, "pod"),
                   "; where they were starts gang ", FullName(gang))});
}

void Loop::TellRefusal(const EvictionRefused& refused) {
  const PodId first = refused.uids.empty() ? PodId{} : state_.FindPod(refused.uids.front());
  if (refused.code == 0 || !first.valid()) return;
  ports_.actuator->Event(PostEvent{RefOf(state_.pod(first).pod), true, "EvictionRefused",
                                   "Evicting", absl::StrCat("it stays: ", refused.message)});
}

void Loop::ActOn(const muster::Step& step, absl::Time now) {
  const Gang& gang = state_.gang(step.gang);
  for (const Placement& placement : step.placements) {
    const Pod& pod = state_.pod(placement.pod).pod;
    BindPod bind{RefOf(pod), state_.nodes().at(placement.node).name, {}};
    bind.stamp.queue = state_.tree().at(gang.queue).path;
    bind.stamp.gang = gang.name;
    bind.stamp.minimum = gang.minimum;
    bind.stamp.user = gang.user;
    bind.stamp.at = now;
    if (placement.pod == gang.driver) {
      bind.stamp.hold = std::max(HeldMembers(gang), gang.promised - gang.bound);
      bind.stamp.hold_nodes = HoldHint(state_, gang.holds);
    }
    ports_.actuator->Bind(std::move(bind));
  }
  if (step.kind != StepKind::kStart) return;
  const PodId opener = state_.FindPod(gang.opener_uid);
  if (!opener.valid()) return;
  const int32_t unbacked = gang.promised - gang.bound - HeldMembers(gang);
  const std::string more = unbacked <= 0 ? "" : absl::StrCat(", ", unbacked, " wait for nodes");
  ports_.actuator->Event(PostEvent{
      RefOf(state_.pod(opener).pod), false, "Scheduled", "Binding",
      absl::StrCat("gang ", FullName(gang), unbacked <= 0 ? " starts whole: " : " starts: ",
                   Counted(step.placements.size(), "member"), " bound, room for ",
                   HeldMembers(gang), " more held", more, ", in queue ",
                   state_.tree().at(gang.queue).path)});
}

}  // namespace muster::loop
