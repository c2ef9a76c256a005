// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/simulate.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/simulation_costs.h"
#include "scheduler/daemon/simulation_report.h"
#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/replay_command.h"
#include "scheduler/daemon/trace/trace_folder.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/daemon/trace/trace_scenario.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/daemon/what_if.h"
#include "scheduler/sim/simulation.h"
#include "scheduler/sim/timeline.h"

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

// Lines that name file, line and column go out as they are.
int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return kUsageError;
}

struct Told {
  std::vector<sim::Report> reports;
  std::vector<SimulatedCosts> costs;
};

void RunOnce(const codec::Scenario& scenario, sim::Options options, Told* told) {
  Stopwatch stopwatch;
  options.decide = stopwatch.Around(std::move(options.decide));
  options.audit_every = kAuditEvery;
  SimulationCosts costs(options.observer);
  options.observer = &costs;
  const sim::Report& report =
      told->reports.emplace_back(sim::Simulation(scenario, std::move(options)).Run());
  told->costs.push_back(costs.Finish(sim::kStart + report.lasted));
  stopwatch.Tell(report.decider);
}

// The same, with a trace of it in `folder`; empty: none.
absl::Status RunRecorded(const codec::Scenario& scenario, sim::Options options,
                         const std::string& folder, Told* told) {
  if (folder.empty()) {
    RunOnce(scenario, std::move(options), told);
    return absl::OkStatus();
  }
  RecordSettings settings;
  settings.folder = folder;
  absl::StatusOr<std::unique_ptr<TraceFolder>> opened = TraceFolder::Open(settings);
  if (!opened.ok()) return opened.status();
  DirectOutput output(*std::move(opened));
  Recorder recorder(&output, [](const std::string&) {});
  options.observer = &recorder;
  RunOnce(scenario, std::move(options), told);
  recorder.Finish();
  return output.status();
}

struct SimulateFlags {
  std::string output = "text";
  std::string decide = kGang;
  std::string compare = "as the file says";
  int64_t seed = 0;
  bool every_gang = false;
  std::string record;
  std::string dump;
  std::string trace;
  std::string config;
  std::string plots;
};

FlagSet Declare(SimulateFlags* values) {
  FlagSet flags(
      "simulate", "[FILE]",
      "Runs a scenario in virtual time: waits, runs, use and fairness of its jobs.\n"
      "With --config, what another queue config would have done instead.\n"
      "Exit code 1: an expectation of the file, or an invariant, does not hold; 3: there\n"
      "is no trace to read.");
  flags.Choice("output", &values->output, {"text", "json"}, "how to report");
  flags.Integer("seed", &values->seed, 0, std::numeric_limits<int64_t>::max(), "0: the file's own");
  flags.Choice("decide", &values->decide, {kGang, kPod},
               "who decides: Muster, or a plain scheduler");
  flags.Choice("compare", &values->compare, {"as the file says", kPod, "none"},
               "run beside it for comparison");
  flags.Switch("gangs", &values->every_gang, "also report wait and run of each job");
  flags.Text("record", &values->record, "DIR", "write a trace of it there, for 'muster replay'");
  flags.Text("dump", &values->dump, "STATE", "in place of FILE: a state of 'muster dump'");
  flags.Text("trace", &values->trace, "DIR|FILE", "in place of FILE: the work of a recorded time");
  flags.Text("config", &values->config, "FILE", "compare with this queue config");
  flags.Text("plots", &values->plots, "DIR", "with --config: draw the comparison there, as SVG");
  return flags;
}

absl::Status Check(const SimulateFlags& flags, const std::string& file) {
  const int sources =
      (file.empty() ? 0 : 1) + (flags.dump.empty() ? 0 : 1) + (flags.trace.empty() ? 0 : 1);
  if (sources != 1) {
    return absl::InvalidArgumentError("expected one of FILE, --dump STATE and --trace DIR|FILE");
  }
  if (flags.config.empty() && !flags.plots.empty()) {
    return absl::InvalidArgumentError("--plots: expected --config beside it");
  }
  if (!flags.config.empty() && !flags.record.empty()) {
    return absl::InvalidArgumentError("--record and --config exclude each other");
  }
  return absl::OkStatus();
}

// The exit code of what goes wrong is that of its kind.
absl::StatusOr<codec::Scenario> Load(const SimulateFlags& flags, const std::string& file) {
  if (!flags.trace.empty()) {
    std::string complaints;
    absl::StatusOr<codec::Scenario> scenario = ScenarioOf(flags.trace, &complaints);
    if (!complaints.empty()) std::fprintf(stderr, "%s\n", complaints.c_str());
    return scenario;
  }
  const std::string& path = file.empty() ? flags.dump : file;
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return codec::ParseScenario(path, *text);
}

int CompareConfigs(codec::Scenario scenario, const SimulateFlags& flags) {
  const absl::StatusOr<std::string> text = ReadFile(flags.config);
  if (!text.ok()) return UsageError(text.status().message());
  const absl::StatusOr<QueueConfig> config = codec::ParseQueueConfig(flags.config, *text);
  if (!config.ok()) return Refuse(config.status());
  const std::string name = std::filesystem::path(flags.config).filename().string();
  const WhatIf what_if = Compare(std::move(scenario), name, *config);
  if (!flags.plots.empty()) {
    std::error_code error;
    std::filesystem::create_directories(flags.plots, error);
    std::ofstream(flags.plots + "/queues.svg") << WhatIfSvg(what_if);
    if (!std::ifstream(flags.plots + "/queues.svg").good()) {
      return UsageError(absl::StrCat("--plots: ", flags.plots, " cannot be written"));
    }
  }
  std::fputs((flags.output == "json" ? WhatIfJson(what_if) : WhatIfText(what_if)).c_str(), stdout);
  return 0;
}

int RunAndReport(const codec::Scenario& scenario, const SimulateFlags& flags) {
  const uint64_t seed = scenario.seed;
  const bool beside = flags.compare == kPod || (flags.compare != "none" && scenario.pod_at_a_time);
  Told told;
  if (flags.decide == kGang) {
    const absl::Status run = RunRecorded(scenario, sim::GangOptions(seed), flags.record, &told);
    if (!run.ok()) return UsageError(run.message());
  }
  if (flags.decide == kPod || beside) RunOnce(scenario, sim::PodAtATimeOptions(seed), &told);
  const std::string rendered = flags.output == "json"
                                   ? RenderJson(told.reports, told.costs)
                                   : RenderText(told.reports, told.costs, flags.every_gang);
  std::fputs(rendered.c_str(), stdout);
  return told.reports[0].ok() ? 0 : 1;
}

}  // namespace

int Simulate(const Arguments& arguments) {
  SimulateFlags flags;
  const FlagSet declared = Declare(&flags);
  Arguments positional;
  if (const absl::optional<int> exit_code = ReadArguments(declared, arguments, &positional)) {
    return *exit_code;
  }
  const std::string file = positional.empty() ? "" : positional[0];
  const absl::Status checked = Check(flags, file);
  if (!checked.ok()) return UsageError(checked.message());
  absl::StatusOr<codec::Scenario> scenario = Load(flags, file);
  if (!scenario.ok()) {
    Refuse(scenario.status());
    return flags.trace.empty() ? kUsageError : kNoTrace;
  }
  if (flags.seed != 0) scenario->seed = static_cast<uint64_t>(flags.seed);
  return flags.config.empty() ? RunAndReport(*scenario, flags)
                              : CompareConfigs(*std::move(scenario), flags);
}

}  // namespace muster::daemon
