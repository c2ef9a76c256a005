// SPDX-License-Identifier: Apache-2.0
// The loop under faults forgets nothing. Whenever it rests there is nothing left to decide; and a
// daemon that took over then, and found what there is, would decide nothing either.
// MUSTER_SEEDS=N runs N seeds, MUSTER_SEED=S alone.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/sim/simulation.h"
#include "test/cycle/plan_words.h"
#include "test/sim/random_policies.h"
#include "test/sim/random_scenario.h"
#include "test/sim/seeds.h"

namespace muster::sim {
namespace {

// What the world has told, as a list of everything would tell it now.
class Facts {
 public:
  void Clear() { *this = Facts(); }

  void Hear(const Event& event) {
    if (const auto* pod = std::get_if<PodSeen>(&event)) pods_[pod->pod.uid] = event;
    if (const auto* gone = std::get_if<PodGone>(&event)) {
      pods_.erase(gone->uid);
      forecasts_.erase(gone->uid);
    }
    if (const auto* node = std::get_if<NodeSeen>(&event)) nodes_[node->node.name] = event;
    if (const auto* gone = std::get_if<NodeGone>(&event)) nodes_.erase(gone->name);
    if (const auto* seen = std::get_if<ForecastSeen>(&event)) forecasts_[seen->driver_uid] = event;
    if (const auto* missing = std::get_if<ForecastMissing>(&event)) {
      forecasts_[missing->driver_uid] = event;
    }
    if (std::holds_alternative<QueuesSeen>(event)) queues_ = event;
  }

  void Tell(Memory memory, absl::Time now, State* state) const {
    if (queues_.has_value()) state->Apply(*queues_, now);
    state->Apply(MemorySeen{std::move(memory)}, now);
    for (const auto& [name, event] : nodes_) state->Apply(event, now);
    for (const auto& [uid, event] : pods_) state->Apply(event, now);
    state->Apply(Synced{}, now);
    for (const auto& [uid, event] : forecasts_) {
      if (pods_.contains(uid)) state->Apply(event, now);
    }
    state->Expire(now);
  }

 private:
  std::map<std::string, Event> pods_, nodes_, forecasts_;
  std::optional<Event> queues_;
};

bool Begun(const Gang& gang) {
  return gang.state == GangState::kStarting || gang.state == GangState::kStarted;
}

// Not told by anything that outlives a daemon, and not promised to: how a bind or an eviction that
// is under way will end; how long a gang is left alone after a refusal; whom one was let pass; room
// kept for a lost member, and whose it is of several that lack some; that a driver is gone whose
// executors are still there; that a gang of which nothing is left has run; and, with limits that
// have been lowered since, what was held under the old ones.
bool IsKnownToPods(const State& state, bool reloads, absl::Time now) {
  for (const PodSlot& slot : state.pods().slots()) {
    const bool leaves = slot.evicting || slot.given_up;
    if (slot.in_use && (leaves || slot.footing.standing == Standing::kDeparting)) return false;
  }
  return std::none_of(state.gangs().begin(), state.gangs().end(), [&](const Gang& gang) {
    if (!gang.id.valid()) return false;
    const bool nothing_left =
        Begun(gang) && gang.bound == 0 && (gang.succeeded == 0 || gang.waiting.empty());
    const bool orphaned = gang.state == GangState::kEnded && !gang.waiting.empty();
    return gang.state == GangState::kStarting || gang.backoff_until > now ||
           gang.spared_until > now || !gang.passed.empty() || !gang.repairs.empty() ||
           state.Deficit(gang) > 0 || nothing_left || orphaned || (reloads && !gang.holds.empty());
  });
}

// Executors that have come and gone, and estimates that have been learned since, are not told
// either.
bool ReadsAlike(const State& state, const State& successor) {
  return std::none_of(state.gangs().begin(), state.gangs().end(), [&](const Gang& gang) {
    if (!gang.id.valid() || !Begun(gang)) return false;
    const PodId member = successor.FindPod(state.pod(gang.members.front()).pod.uid);
    const Gang& other = successor.gang(successor.pod(member).footing.gang);
    return gang.ends != other.ends || (gang.driver.valid() && gang.promised != other.promised);
  });
}

class Rests : public loop::Observer {
 public:
  // Of a scenario that changes its queues, or does not.
  explicit Rests(bool reloads) : reloads_(reloads) {}

  int64_t rests = 0;
  int64_t successors = 0;
  std::vector<std::string> wrong;

  void OnStart(const State&) override {
    facts_.Clear();
    decides_ = false;
  }
  void OnEvent(const Event& event, absl::Time) override { facts_.Hear(event); }
  void OnCycle(const State&, const Plan&, absl::Time) override { decides_ = true; }
  void OnStepEnd(const State& state, absl::Time now) override {
    if (!decides_ || state.changed() || !wrong.empty() || SomeBindIsUnderWay(state)) return;
    ++rests;
    // A cycle leaves the state as it finds it.
    Check(const_cast<State&>(state), now, "it rests, and would");
    if (!IsKnownToPods(state, reloads_, now)) return;
    State successor("muster");
    facts_.Tell(state.ToMemory(), now, &successor);
    if (!ReadsAlike(state, successor)) return;
    ++successors;
    Check(successor, now, "its successor would");
  }

 private:
  static bool SomeBindIsUnderWay(const State& state) {
    const std::vector<PodSlot>& slots = state.pods().slots();
    return std::any_of(slots.begin(), slots.end(), [](const PodSlot& slot) {
      return slot.in_use && slot.footing.standing == Standing::kAssumed;
    });
  }

  void Check(State& state, absl::Time now, const char* who) {
    Plan plan = Cycle(state, MakeProfile(state.config().scorer), now);
    // Room that was held is held again.
    std::erase_if(plan.steps, [](const muster::Step& step) {
      return step.kind == StepKind::kRepair || step.kind == StepKind::kRehold;
    });
    if (plan.empty()) return;
    wrong.push_back(absl::StrCat(absl::FormatDuration(now - kStart), ": ", who, "\n",
                                 test::Named(state, plan)));
  }

  const bool reloads_;
  Facts facts_;
  bool decides_ = false;
};

TEST_CASE("at rest there is nothing to decide, for this daemon or its successor") {
  const bool policies = GENERATE(false, true);
  CAPTURE(policies);
  const Seeds seeds = SeedsToRun(150);
  int64_t rests = 0;
  int64_t successors = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    codec::Scenario scenario = RandomScenario(seed);
    if (policies) AddPolicies(seed, &scenario);
    Rests observer(policies);
    Options options = GangOptions(seed);
    options.observer = &observer;
    const Report report = Simulation(scenario, options).Run();
    rests += observer.rests;
    successors += observer.successors;
    INFO("MUSTER_SEED=" << seed << "\n" << Describe(scenario));
    CHECK(observer.wrong == std::vector<std::string>());
    CHECK(report.violations == std::vector<std::string>());
  }
  if (seeds.one) return;
  CHECK(rests > static_cast<int64_t>(seeds.last) * 100);
  CHECK(successors > rests / 2);
}

}  // namespace
}  // namespace muster::sim
