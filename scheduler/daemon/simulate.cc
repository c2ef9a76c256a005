// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulate.h"

#include <chrono>
#include <cstdio>
#include <limits>
#include <utility>

#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/simulation_report.h"
#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/trace_folder.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/sim/simulation.h"

namespace muster::daemon {
namespace {

// The books are recomputed in every so many cycles: tests do it in each, a person waits for a
// report.
constexpr int64_t kAuditEvery = 256;

constexpr char kGang[] = "gang";
constexpr char kPod[] = "pod-at-a-time";

// Wall time spent in decisions, beside the simulation: what it decides does not depend on it.
struct Stopwatch {
  std::chrono::nanoseconds spent{0};
  int64_t decisions = 0;
  int64_t placed = 0;

  loop::Decide Around(loop::Decide decide) {
    return
        [this, decide = std::move(decide)](State& state, const Profile& profile, absl::Time now) {
          const auto begin = std::chrono::steady_clock::now();
          Plan plan = decide(state, profile, now);
          spent += std::chrono::steady_clock::now() - begin;
          ++decisions;
          for (const Step& step : plan.steps)
            placed += static_cast<int64_t>(step.placements.size());
          return plan;
        };
  }
  void Tell(const std::string& decider) const {
    const double seconds = std::chrono::duration<double>(spent).count();
    std::fprintf(stderr, "%s: %lld decisions in %.3f s, %.0f a second; %lld members placed\n",
                 decider.c_str(), static_cast<long long>(decisions), seconds,
                 seconds > 0 ? static_cast<double>(decisions) / seconds : 0.0,
                 static_cast<long long>(placed));
  }
};

sim::Report RunOnce(const codec::Scenario& scenario, sim::Options options) {
  Stopwatch stopwatch;
  options.decide = stopwatch.Around(std::move(options.decide));
  options.audit_every = kAuditEvery;
  sim::Report report = sim::Simulation(scenario, std::move(options)).Run();
  stopwatch.Tell(report.decider);
  return report;
}

// The same, with a trace of it in `folder`; empty: none.
absl::StatusOr<sim::Report> RunRecorded(const codec::Scenario& scenario, sim::Options options,
                                        const std::string& folder) {
  if (folder.empty()) return RunOnce(scenario, std::move(options));
  RecordSettings settings;
  settings.folder = folder;
  absl::StatusOr<std::unique_ptr<TraceFolder>> opened = TraceFolder::Open(settings);
  if (!opened.ok()) return opened.status();
  DirectOutput output(*std::move(opened));
  Recorder recorder(&output, [](const std::string&) {});
  options.observer = &recorder;
  sim::Report report = RunOnce(scenario, std::move(options));
  recorder.Finish();
  if (!output.status().ok()) return output.status();
  return report;
}

}  // namespace

int Simulate(const Arguments& arguments) {
  std::string output = "text";
  std::string decide = kGang;
  std::string compare = "as the file says";
  int64_t seed = 0;
  bool every_gang = false;
  std::string record;
  FlagSet flags("simulate", "FILE",
                "Runs a scenario in virtual time: waits, runs, use and fairness of its jobs.\n"
                "Exit code 1: an expectation of the file, or an invariant, does not hold.");
  flags.Choice("output", &output, {"text", "json"}, "how to report");
  flags.Integer("seed", &seed, 0, std::numeric_limits<int64_t>::max(), "0: the file's own");
  flags.Choice("decide", &decide, {kGang, kPod}, "who decides: Muster, or a plain scheduler");
  flags.Choice("compare", &compare, {"as the file says", kPod, "none"},
               "run beside it for comparison");
  flags.Switch("gangs", &every_gang, "also report wait and run of each job");
  flags.Text("record", &record, "DIR", "write a trace of it there, for 'muster replay'");
  Arguments positional;
  if (const absl::optional<int> exit_code = ReadArguments(flags, arguments, &positional)) {
    return *exit_code;
  }
  const absl::StatusOr<std::string> text = ReadFile(positional[0]);
  if (!text.ok()) return UsageError(text.status().message());
  const absl::StatusOr<codec::Scenario> scenario = codec::ParseScenario(positional[0], *text);
  if (!scenario.ok()) {
    std::fprintf(stderr, "%s\n", std::string(scenario.status().message()).c_str());
    return kUsageError;
  }
  const uint64_t used_seed = seed == 0 ? scenario->seed : static_cast<uint64_t>(seed);
  const bool beside = compare == kPod || (compare != "none" && scenario->pod_at_a_time);
  std::vector<sim::Report> reports;
  if (decide == kGang) {
    absl::StatusOr<sim::Report> report =
        RunRecorded(*scenario, sim::GangOptions(used_seed), record);
    if (!report.ok()) return UsageError(report.status().message());
    reports.push_back(*std::move(report));
  }
  if (decide == kPod || beside) {
    reports.push_back(RunOnce(*scenario, sim::PodAtATimeOptions(used_seed)));
  }
  const std::string rendered =
      output == "json" ? RenderJson(reports) : RenderText(reports, every_gang);
  std::fputs(rendered.c_str(), stdout);
  return reports[0].ok() ? 0 : 1;
}

}  // namespace muster::daemon
