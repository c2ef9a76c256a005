// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_scenario.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/dump.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/trace/replay.h"

namespace muster::daemon {
namespace {

class Retelling : public loop::Observer {
 public:
  void OnStart(const State& state) override { state_ = &state; }

  void OnEvent(const Event& event, absl::Time now) override {
    last_ = now;
    if (!begun_) return;
    if (const auto* seen = std::get_if<PodSeen>(&event)) {
      if (IsTerminal(seen->pod)) Ends(seen->pod.uid, now);
    } else if (const auto* gone = std::get_if<PodGone>(&event)) {
      Ends(gone->uid, now);
    } else if (const auto* node = std::get_if<NodeSeen>(&event)) {
      See(node->node, now);
    } else if (const auto* left = std::get_if<NodeGone>(&event)) {
      Step(now, codec::RemoveNodes{left->name});
    } else if (const auto* queues = std::get_if<QueuesSeen>(&event)) {
      if (!(queues->config == state_->config())) Step(now, codec::SetQueues{queues->config});
    }
  }

  void OnExpire(absl::Time now) override {
    last_ = now;
    if (begun_) return;
    begun_ = true;
    start_ = now;
    const auto listed = codec::ParseScenario("trace", codec::DumpText(*state_, now));
    if (listed.ok()) scenario_ = *listed;
    for (codec::Job& job : scenario_.jobs) names_.insert(absl::StrCat(job.ns, "/", job.name));
    for (const Gang& gang : state_->gangs()) {
      if (gang.id.valid()) known_.insert(gang.opener_uid);
      if (gang.id.valid()) Remember(gang);
    }
  }

  void OnCycle(const State& state, const Plan& plan, absl::Time now) override {
    for (const muster::Step& step : plan.steps) {
      if (step.kind != StepKind::kStart) continue;
      const Gang& gang = state.gang(step.gang);
      if (known_.insert(gang.opener_uid).second) Add(gang, now);
      began_.try_emplace(gang.opener_uid, now);
    }
  }

  codec::Scenario Take() {
    if (state_ != nullptr && begun_) {
      for (const Gang& gang : state_->gangs()) {
        if (gang.id.valid() && known_.insert(gang.opener_uid).second) Add(gang, last_);
      }
    }
    // Who came back after an eviction is in the trace, and comes when it came.
    for (codec::Job& job : scenario_.jobs) {
      job.recreate = false;
      job.resubmit = false;
    }
    for (const auto& [uid, index] : jobs_) {
      const auto ended = ended_.find(uid);
      if (ended == ended_.end()) continue;
      const auto began = began_.find(uid);
      const absl::Time from = began == began_.end() ? start_ : began->second;
      scenario_.jobs[index].runtime = std::max(absl::Seconds(1), ended->second - from);
    }
    return std::move(scenario_);
  }

 private:
  void Step(absl::Time now, codec::Action action) {
    scenario_.steps.push_back({now - start_, std::move(action)});
  }

  void See(const Node& node, absl::Time now) {
    const NodeId id = state_->nodes().Find(node.name);
    const bool same = id.valid() && state_->nodes().present(id) && state_->nodes().at(id) == node;
    if (!same) Step(now, codec::AddNodes{{node}});
  }

  // Of a gang, where the pod is the one that opened it.
  void Ends(const std::string& uid, absl::Time now) { ended_.try_emplace(uid, now); }

  void Remember(const Gang& gang) {
    for (size_t i = 0; i < scenario_.jobs.size(); ++i) {
      const codec::Job& job = scenario_.jobs[i];
      if (job.ns == gang.ns && job.name == gang.name) jobs_.emplace(gang.opener_uid, i);
    }
  }

  void Add(const Gang& gang, absl::Time now) {
    const std::string text = codec::GangText(*state_, gang, now);
    const auto parsed = codec::ParseScenario("trace", absl::StrCat("jobs:\n- ", text, "\n"));
    if (text.empty() || !parsed.ok()) return;
    codec::Job job = parsed->jobs[0];
    job.at = std::max(absl::ZeroDuration(), gang.created - start_);
    job.age = job.began = absl::ZeroDuration();
    job.nodes.clear();
    job.queue = gang.queue_label;
    for (int n = 2; !names_.insert(absl::StrCat(job.ns, "/", job.name)).second; ++n) {
      job.name = absl::StrCat(gang.name, "-", n);
    }
    jobs_.emplace(gang.opener_uid, scenario_.jobs.size());
    scenario_.jobs.push_back(std::move(job));
  }

  const State* state_ = nullptr;
  bool begun_ = false;  // the cluster has been listed
  absl::Time start_;
  absl::Time last_;
  codec::Scenario scenario_;
  std::set<std::string> names_;              // of jobs
  std::set<std::string> known_;              // openers of gangs that have a job
  std::map<std::string, size_t> jobs_;       // opener -> index
  std::map<std::string, absl::Time> began_;  // opener
  std::map<std::string, absl::Time> ended_;  // any pod
};

}  // namespace

absl::StatusOr<codec::Scenario> ScenarioOf(const std::string& path, std::string* complaints) {
  Retelling retelling;
  const ReplayReport report = Replay(path, Cycle, &retelling);
  if (!report.status.ok()) return report.status;
  if (!report.difference.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": does not replay, so nothing can be told of it: ", report.difference));
  }
  if (report.plans == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": nothing was decided in it"));
  }
  *complaints = report.complaints;
  codec::Scenario scenario = retelling.Take();
  scenario.file = path;
  return scenario;
}

}  // namespace muster::daemon
