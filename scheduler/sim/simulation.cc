// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/simulation.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "queues/tree.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/sim/day.h"
#include "scheduler/sim/expectations.h"
#include "scheduler/sim/pod_at_a_time.h"

namespace muster::sim {
namespace {

// With nothing left to happen by itself: until what is under way has arrived, and until timers
// (holds, back-offs) that could still change something have run out.
constexpr absl::Duration kSettle = absl::Seconds(30);
constexpr absl::Duration kLongestTimer = absl::Minutes(30);
constexpr int64_t kMostIdleSteps = 1000;
// A scenario without a duration that has not come to rest by then never will.
constexpr absl::Duration kLongestRun = absl::Hours(48);

}  // namespace

Options GangOptions(uint64_t seed) {
  Options options;
  options.seed = seed;
  options.decide = [](State& state, const Profile& profile, absl::Time now) {
    return Cycle(state, profile, now);
  };
  return options;
}

Options PodAtATimeOptions(uint64_t seed) {
  Options options;
  options.seed = seed;
  options.decide = PodAtATime();
  options.knows_gangs = false;
  options.decider = "pod-at-a-time";
  return options;
}

Simulation::Simulation(const codec::Scenario& scenario, Options options)
    : scenario_(scenario),
      options_(std::move(options)),
      random_(options_.seed),
      api_(&timeline_),
      kubelets_(&timeline_, &api_, random_.Fork(), scenario.pod_collection),
      workload_(&timeline_, &api_, random_.Fork()),
      auditor_(&timeline_, &api_, &workload_, &faults_, options_.knows_gangs),
      eviction_auditor_(&timeline_, &api_, &workload_, &faults_, &auditor_),
      recorder_(&timeline_, &api_, &workload_, scenario.queues),
      queues_(scenario.queues) {
  // The workload forgets a pod when it goes: whoever asks whose it was comes before.
  api_.Watch(&kubelets_);
  api_.Watch(&auditor_);
  api_.Watch(&eviction_auditor_);
  api_.Watch(&recorder_);
  api_.Watch(&workload_);
}

Simulation::~Simulation() = default;

void Simulation::Schedule() {
  api_.SetBudgets(scenario_.budgets);
  for (const Node& node : scenario_.nodes) api_.PutNode(node);
  // At one moment expectations come first: they see what was before the step of that moment.
  for (const codec::Expectation& expectation : scenario_.expect) {
    if (!expectation.at.has_value()) continue;
    timeline_.After(*expectation.at, [this, &expectation] { Expect(expectation); });
  }
  for (const codec::Step& step : scenario_.steps) {
    timeline_.After(step.at, [this, &step] { Perform(step.action); });
  }
  for (const codec::Job& job : scenario_.jobs) workload_.Add(job);
  if (!scenario_.day.has_value()) return;
  for (codec::Job& job : MakeDay(*scenario_.day)) workload_.Add(std::move(job));
}

Report Simulation::Run() {
  report_.name = scenario_.name;
  report_.decider = options_.decider;
  report_.seed = options_.seed;
  report_.sample_every = scenario_.sample_every;
  Schedule();
  StartScheduler();
  SampleAndGoOn();
  const absl::Time end = kStart + scenario_.duration.value_or(kLongestRun);
  while (!Quiet()) {
    const absl::Time next = std::min(timeline_.NextTime(), SchedulerDue());
    if (next > end) {
      if (!scenario_.duration.has_value()) auditor_.Violated("it has not come to rest");
      break;
    }
    timeline_.AdvanceTo(next);
    if (SchedulerDue() <= timeline_.now()) StepScheduler();
  }
  for (const codec::Expectation& expectation : scenario_.expect) {
    if (!expectation.at.has_value()) Expect(expectation);
  }
  report_.lasted = timeline_.elapsed();
  report_.active = std::max(api_.last_change() - kStart, absl::ZeroDuration());
  report_.binds = api_.binds();
  report_.rejected = kubelets_.rejected();
  recorder_.Finish(&report_);
  for (const auto& link : links_) {
    for (const std::string& complaint : link->complaints()) auditor_.Violated(complaint);
  }
  report_.violations = auditor_.violations();
  return std::move(report_);
}

absl::Time Simulation::SchedulerDue() const {
  if (loop_ == nullptr) return absl::InfiniteFuture();
  const absl::Time wanted = links_.back()->waiting() ? timeline_.now() : loop_->NextTimer();
  return std::max({wanted, last_step_ + scenario_.cycle_gap, timeline_.now()});
}

bool Simulation::Quiet() const {
  if (timeline_.work_left() > 0 || loop_ == nullptr || links_.back()->waiting()) return false;
  const absl::Duration still = timeline_.now() - api_.last_change();
  const bool timers = loop_->NextTimer() != absl::InfiniteFuture();
  return still >= (timers ? kLongestTimer : kSettle + faults_.watch_delay);
}

void Simulation::StartScheduler() {
  links_.push_back(std::make_unique<Link>(&timeline_, &api_, &faults_, random_.Fork(),
                                          [this] { KillScheduler(kill_down_); }));
  Link* link = links_.back().get();
  link->Open(queues_);
  loop_ =
      std::make_unique<loop::Loop>(loop::Ports{link, link, link}, "muster", options_.decide, this);
}

void Simulation::KillScheduler(absl::Duration down) {
  if (loop_ == nullptr) return;
  faults_.Strike(timeline_.now());
  faults_.scheduler_down = true;
  links_.back()->Close(/*requests_land=*/random_.Percent(30));
  loop_.reset();
  ++report_.restarts;
  timeline_.After(down, [this] {
    faults_.Strike(timeline_.now());
    faults_.scheduler_down = false;
    StartScheduler();
  });
}

void Simulation::StepScheduler() {
  const bool heard = links_.back()->waiting();
  idle_steps_ = heard ? 0 : idle_steps_ + 1;
  if (idle_steps_ == kMostIdleSteps) {
    auditor_.Violated("the loop spins: a thousand cycles in a row without an event");
  }
  last_step_ = timeline_.now();
  loop_->Step(timeline_.now());
}

void Simulation::OnStart(const State& state) {
  if (options_.observer != nullptr) options_.observer->OnStart(state);
}

void Simulation::OnExpire(absl::Time now) {
  if (options_.observer != nullptr) options_.observer->OnExpire(now);
}

void Simulation::OnCycle(const State& state, const Plan& plan, absl::Time now) {
  if (options_.observer != nullptr) options_.observer->OnCycle(state, plan, now);
  ++report_.cycles;
  if (!plan.claims.empty()) {
    recorder_.OnPlan(state, plan);
    eviction_auditor_.OnPlan(state, plan);
  }
  if (options_.knows_gangs) auditor_.OnPlan(state, plan);
  if (options_.knows_gangs && report_.cycles % options_.audit_every == 0)
    auditor_.OnCycle(state, plan);
}

void Simulation::OnEvent(const Event& event, absl::Time now) {
  if (options_.observer != nullptr) options_.observer->OnEvent(event, now);
  if (const auto* refused = std::get_if<EvictionRefused>(&event)) {
    eviction_auditor_.OnRefused(*refused);
  }
}

void Simulation::OnStepEnd(const State& state, absl::Time now) {
  if (options_.observer != nullptr) options_.observer->OnStepEnd(state, now);
}

void Simulation::SampleAndGoOn() {
  recorder_.Sample(state());
  timeline_.After(
      scenario_.sample_every, [this] { SampleAndGoOn(); }, Timeline::kNoise);
}

void Simulation::Expect(const codec::Expectation& expectation) {
  // They speak of the scheduler with gangs.
  if (!options_.knows_gangs) return;
  ++report_.expectations;
  const std::vector<Verdict> none;  // while no scheduler runs
  const Scene scene{&api_, &workload_, &auditor_, state(),
                    loop_ == nullptr ? &none : &loop_->last_plan().verdicts};
  const std::vector<std::string> differences = Compare(expectation, scene);
  if (!differences.empty()) ++report_.unmet;
  for (const std::string& difference : differences) {
    report_.failures.push_back(codec::At(
        scenario_.file, expectation.mark,
        absl::StrCat("at ", absl::FormatDuration(timeline_.elapsed()), ": ", difference)));
  }
}

void Simulation::Perform(const codec::Action& action) {
  faults_.Strike(timeline_.now());
  std::visit([this](const auto& what) { Act(what); }, action);
}

void Simulation::Act(const codec::AddNodes& action) {
  for (const Node& node : action.nodes) api_.PutNode(node);
}

void Simulation::Act(const codec::RemoveNodes& action) {
  std::vector<std::string> names;
  for (const auto& [name, node] : api_.nodes()) {
    if (GlobMatches(action.nodes, name)) names.push_back(name);
  }
  for (const std::string& name : names) api_.RemoveNode(name);
}

void Simulation::Act(const codec::ChangeNodes& action) {
  std::vector<Node> changed;
  for (const auto& [name, node] : api_.nodes()) {
    if (GlobMatches(action.nodes, name)) changed.push_back(node);
  }
  for (Node& node : changed) {
    if (action.labels.has_value()) {
      std::map<std::string, std::string> labels(node.labels.begin(), node.labels.end());
      for (const auto& [key, value] : *action.labels) {
        if (value.empty()) {
          labels.erase(key);
        } else {
          labels[key] = value;
        }
      }
      node.labels.assign(labels.begin(), labels.end());
    }
    if (action.taints.has_value()) node.taints = *action.taints;
    if (action.unschedulable.has_value()) node.unschedulable = *action.unschedulable;
    if (action.allocatable.has_value()) {
      for (const auto& [name, amount] : action.allocatable->entries())
        node.allocatable.Set(name, amount);
    }
    api_.PutNode(node);
  }
}

void Simulation::Act(const codec::LoseWatch& action) {
  if (loop_ == nullptr) return;
  links_.back()->LoseWatch(action.lasting);
  HeldUp(action.lasting);
}

// A fault that lasts ends then, and what it held up comes through.
void Simulation::HeldUp(absl::Duration lasting) {
  faults_.held_up_until = std::max(faults_.held_up_until, timeline_.now() + lasting);
  timeline_.After(
      lasting, [this] { faults_.Strike(timeline_.now()); }, Timeline::kNoise);
}

void Simulation::Act(const codec::DelayBinds& action) {
  HeldUp(faults_.bind_delay);
  faults_.bind_delay = action.by;
}

void Simulation::Act(const codec::DelayWatch& action) {
  HeldUp(faults_.watch_delay);
  faults_.watch_delay = action.by;
}

void Simulation::Act(const codec::TouchPods& action) {
  std::vector<std::string> uids;
  for (const auto& [uid, pod] : api_.pods()) {
    if (GlobMatches(action.pods, absl::StrCat(pod.ns, "/", pod.name))) uids.push_back(uid);
  }
  for (const std::string& uid : uids) {
    switch (action.fate) {
      case codec::PodFate::kFail: api_.SetPhase(uid, PodPhase::kFailed); break;
      case codec::PodFate::kSucceed: api_.SetPhase(uid, PodPhase::kSucceeded); break;
      case codec::PodFate::kDelete: api_.Delete(uid); break;
      case codec::PodFate::kUngate: api_.Ungate(uid); break;
    }
  }
}

void Simulation::Act(const codec::RaiseMinimum& action) {
  std::vector<std::string> uids;
  for (const auto& [uid, pod] : api_.pods()) {
    if (GlobMatches(action.pods, absl::StrCat(pod.ns, "/", pod.name))) uids.push_back(uid);
  }
  for (const std::string& uid : uids) api_.RaiseMinimum(uid, action.minimum);
}

void Simulation::Act(const codec::KillScheduler& action) {
  if (action.binds == 0) {
    KillScheduler(action.down);
    return;
  }
  kill_down_ = action.down;
  faults_.ArmKill(action.binds);
}

void Simulation::Act(const codec::SetQueues& action) {
  queues_ = action.queues;
  if (loop_ != nullptr) links_.back()->SendQueues(queues_);
}

}  // namespace muster::sim
