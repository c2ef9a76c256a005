// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/what_if.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {
namespace {

// The books are recomputed now and then only: nobody doubts them here.
constexpr int64_t kAuditEvery = 256;

sim::Report RunOnce(const codec::Scenario& scenario) {
  sim::Options options = sim::GangOptions(scenario.seed);
  options.audit_every = kAuditEvery;
  return sim::Simulation(scenario, std::move(options)).Run();
}

using Specs = std::map<std::string, const codec::Job*>;

Specs SpecsOf(const codec::Scenario& scenario) {
  Specs specs;
  for (const codec::Job& job : scenario.jobs) specs[absl::StrCat(job.ns, "/", job.name)] = &job;
  return specs;
}

// Work of other schedulers is part of the cluster, not of the comparison.
bool Ours(const Specs& specs, const sim::JobReport& job) {
  const auto spec = specs.find(job.name);
  return spec != specs.end() && spec->second->scheduler_name == "muster";
}

bool RanBefore(const Specs& specs, const sim::JobReport& job) {
  return !specs.at(job.name)->nodes.empty();
}

std::string Whole(absl::Duration wait) {
  return absl::FormatDuration(absl::Trunc(wait + absl::Milliseconds(500), absl::Seconds(1)));
}

std::string FateOf(const Specs& specs, const sim::JobReport& job) {
  const std::string lost = job.evicted == 0 ? "" : absl::StrCat(", ", job.evicted, " pods evicted");
  if (RanBefore(specs, job)) return absl::StrCat("runs", lost);
  if (job.wait == absl::InfiniteDuration()) return absl::StrCat("waits", lost);
  return absl::StrCat("starts after ", Whole(job.wait), lost);
}

std::map<std::string, QueueOutcome> OutcomesOf(const Specs& specs, const sim::Report& report) {
  std::map<std::string, QueueOutcome> outcomes;
  std::map<std::string, std::vector<absl::Duration>> waits;
  for (const sim::JobReport& job : report.jobs) {
    if (!Ours(specs, job)) continue;
    QueueOutcome& queue = outcomes[job.queue];
    queue.evicted += job.evicted;
    if (RanBefore(specs, job)) {
      ++queue.ran;
    } else if (job.wait == absl::InfiniteDuration()) {
      ++queue.waits;
    } else {
      ++queue.starts;
      waits[job.queue].push_back(job.wait);
    }
  }
  for (auto& [path, all] : waits) {
    std::sort(all.begin(), all.end());
    outcomes[path].wait = all[(all.size() - 1) / 2];
  }
  for (const sim::QueueReport& queue : report.queues) {
    int64_t sum = 0;
    for (const sim::QueueSample& sample : queue.samples) sum += sample.used;
    if (sum > 0) outcomes[queue.path].used = sum / static_cast<int64_t>(queue.samples.size());
  }
  for (auto& [path, outcome] : outcomes) outcome.path = path;
  return outcomes;
}

}  // namespace

WhatIf Compare(codec::Scenario scenario, const std::string& name, const QueueConfig& config) {
  WhatIf what_if;
  what_if.config = name;
  what_if.now = RunOnce(scenario);
  codec::Scenario other = scenario;
  other.queues = config;
  std::erase_if(other.steps, [](const codec::Step& step) {
    return std::holds_alternative<codec::SetQueues>(step.action);
  });
  what_if.then = RunOnce(other);
  what_if.scenario = std::move(scenario);
  return what_if;
}

std::vector<std::pair<QueueOutcome, QueueOutcome>> QueuesOf(const WhatIf& what_if) {
  const Specs specs = SpecsOf(what_if.scenario);
  std::map<std::string, std::pair<QueueOutcome, QueueOutcome>> both;
  for (auto& [path, outcome] : OutcomesOf(specs, what_if.now)) both[path].first = outcome;
  for (auto& [path, outcome] : OutcomesOf(specs, what_if.then)) both[path].second = outcome;
  std::vector<std::pair<QueueOutcome, QueueOutcome>> queues;
  for (auto& [path, pair] : both) {
    pair.first.path = pair.second.path = path;
    queues.push_back(std::move(pair));
  }
  return queues;
}

std::vector<GangChange> ChangesOf(const WhatIf& what_if) {
  const Specs specs = SpecsOf(what_if.scenario);
  std::map<std::string, const sim::JobReport*> then;
  for (const sim::JobReport& job : what_if.then.jobs) then[job.name] = &job;
  std::vector<GangChange> changes;
  for (const sim::JobReport& job : what_if.now.jobs) {
    const auto other = then.find(job.name);
    if (!Ours(specs, job) || other == then.end()) continue;
    GangChange change{job.name, other->second->queue, FateOf(specs, job),
                      FateOf(specs, *other->second)};
    if (change.now != change.then) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace muster::daemon
