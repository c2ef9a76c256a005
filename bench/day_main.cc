// SPDX-License-Identifier: Apache-2.0
// A day of work (deploy/examples/day.yaml) under three policies: how long jobs take, how fair that
// is between tenants, and how full the cluster is.
//
// Finish-time fairness (rho of Mahajan et al., "Themis: Fair and Efficient GPU Cluster Scheduling",
// NSDI 2020): a job's time to completion in the shared cluster over that of the same job if its
// tenant had a cluster of its own, as large as its weight's share. At most 1: sharing cost it
// nothing. A tenant's is the mean over its jobs, and the policy's the worst tenant's.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "bench/core_harness.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/sim/day.h"
#include "scheduler/sim/simulation.h"

namespace muster::bench {
namespace {

struct Policy {
  const char* name;
  LeafOrder order;
  bool backfill;
};
constexpr Policy kPolicies[] = {{"fifo", LeafOrder::kFifo, false},
                                {"fair", LeafOrder::kFair, false},
                                {"fifo with backfill", LeafOrder::kFifo, true}};

codec::Scenario Under(const Policy& policy, codec::Scenario day) {
  for (QueueSpec& queue : day.queues.queues) {
    queue.order = policy.order;
    queue.backfill = policy.backfill;
  }
  day.jobs = sim::MakeDay(*day.day);
  day.day.reset();
  // Who is evicted comes back and begins anew: what that costs is in its time to completion.
  for (codec::Job& job : day.jobs) job.resubmit = true;
  return day;
}

// The tenant of the queue with a cluster of its own.
codec::Scenario Alone(const codec::Scenario& shared, const QueueSpec& queue) {
  int64_t weights = 0;
  for (const QueueSpec& each : shared.queues.queues) weights += each.weight;
  codec::Scenario alone = shared;
  const auto nodes = static_cast<int64_t>(shared.nodes.size());
  alone.nodes.resize(static_cast<size_t>((nodes * queue.weight + weights - 1) / weights));
  alone.queues.queues = {queue};
  std::erase_if(alone.jobs, [&queue](const codec::Job& job) {
    return std::find(queue.namespaces.begin(), queue.namespaces.end(), job.ns) ==
           queue.namespaces.end();
  });
  return alone;
}

struct Run {
  sim::Report report;
  double seconds = 0;                        // of CPU
  std::map<std::string, double> completion;  // by job
};

Run Simulate(const codec::Scenario& scenario) {
  sim::Options options = sim::GangOptions(scenario.seed);
  options.audit_every = 1 << 20;
  const double begin = CpuMicros();
  Run run{sim::Simulation(scenario, std::move(options)).Run(), 0, {}};
  run.seconds = (CpuMicros() - begin) / 1e6;
  for (const sim::JobReport& job : run.report.jobs) {
    if (!job.succeeded) continue;
    run.completion[job.name] = absl::ToDoubleSeconds(job.wait + job.run);
  }
  return run;
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double Quantile(std::vector<double> values, double at) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(at * static_cast<double>(values.size() - 1))];
}

void Report(const Policy& policy, const codec::Scenario& day) {
  const codec::Scenario shared = Under(policy, day);
  const Run together = Simulate(shared);
  double worst = 0;
  std::string tenants;
  for (const QueueSpec& queue : shared.queues.queues) {
    std::vector<double> rho;
    for (const auto& [job, seconds] : Simulate(Alone(shared, queue)).completion) {
      const auto found = together.completion.find(job);
      if (found != together.completion.end()) rho.push_back(found->second / seconds);
    }
    worst = std::max(worst, Mean(rho));
    char text[96];
    std::snprintf(text, sizeof(text), " %s %.2f", queue.name.c_str(), Mean(rho));
    tenants += text;
  }
  std::vector<double> completion;
  for (const auto& [job, seconds] : together.completion) completion.push_back(seconds);
  int64_t evicted = 0;
  for (const sim::EvictionReport& each : together.report.evictions) evicted += each.whole;
  std::printf("  %-20s %8.1f %8.1f %9.2f %7.1f %% %8lld %9.1f %9lld   %s\n", policy.name,
              Mean(completion) / 60, Quantile(completion, 0.95) / 60, worst,
              static_cast<double>(together.report.cpu_used) / 1e4, static_cast<long long>(evicted),
              together.seconds, static_cast<long long>(together.report.cycles),
              tenants.c_str() + 1);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "deploy/examples/day.yaml";
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const absl::StatusOr<codec::Scenario> day = codec::ParseScenario(path, text.str());
  if (!day.ok() || !day->day.has_value()) {
    std::fprintf(stderr, "%s\n",
                 day.ok() ? (path + ": expected the key workload.day").c_str()
                          : std::string(day.status().message()).c_str());
    return 2;
  }
  std::printf("A day of %d jobs on %zu nodes; times to completion in minutes\n", day->day->jobs,
              day->nodes.size());
  std::printf("  %-20s %8s %8s %9s %9s %8s %9s %9s   %s\n", "policy", "mean", "p95", "fairness",
              "cpu used", "evicted", "cpu s", "decisions", "finish-time fairness by tenant");
  for (const Policy& policy : kPolicies) Report(policy, *day);
  return 0;
}

}  // namespace
}  // namespace muster::bench

int main(int argc, char** argv) { return muster::bench::Main(argc, argv); }
