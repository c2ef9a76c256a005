// SPDX-License-Identifier: Apache-2.0
// bench_trace FILE: what recording a scenario costs, against the same run without: bytes and CPU an
// event, and of the CPU of the whole simulated run (decisions, cluster and all). Exit status 1
// where a target was missed.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "bench/core_harness.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/config_file.h"
#include "scheduler/daemon/trace/recorder.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/sim/simulation.h"

namespace muster::bench {
namespace {

constexpr int kRuns = 15;

struct Run {
  double micros = 0;
  int64_t events = 0;
  int64_t binds = 0;
};

// `folder` empty: nothing is recorded.
Run Simulate(const codec::Scenario& scenario, const std::string& folder) {
  sim::Options options = sim::GangOptions(scenario.seed);
  options.audit_every = int64_t{1} << 40;
  const double begin = CpuMicros();
  if (folder.empty()) {
    const sim::Report report = sim::Simulation(scenario, options).Run();
    return {CpuMicros() - begin, 0, report.binds};
  }
  daemon::RecordSettings settings;
  settings.folder = folder;
  daemon::DirectOutput output(*daemon::TraceFolder::Open(settings));
  daemon::Recorder recorder(&output, [](const std::string&) {});
  options.observer = &recorder;
  const sim::Report report = sim::Simulation(scenario, options).Run();
  recorder.Finish();
  return {CpuMicros() - begin, recorder.events(), report.binds};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int Main(const std::string& file) {
  const auto text = daemon::ReadFile(file);
  const auto scenario = codec::ParseScenario(file, text.value_or(""));
  char folder[] = "/tmp/muster-bench-XXXXXX";
  if (!text.ok() || !scenario.ok() || mkdtemp(folder) == nullptr) {
    std::fprintf(stderr, "bench_trace: expected a scenario file, got %s\n", file.c_str());
    return 2;
  }
  std::vector<double> without, with;
  Run recorded;
  for (int i = 0; i < kRuns; ++i) {
    without.push_back(Simulate(*scenario, "").micros);
    recorded = Simulate(*scenario, folder);
    with.push_back(recorded.micros);
  }
  uintmax_t bytes = 0;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    bytes = std::max(bytes, each.file_size());
  }
  std::filesystem::remove_all(folder);
  const double cost = Median(with) - Median(without);
  Table table("A recorded run against the same run without, CPU of one thread");
  table.Row("events", static_cast<double>(recorded.events), "");
  table.Row("bytes an event", static_cast<double>(bytes) / static_cast<double>(recorded.events),
            "bytes", 100);
  table.Row("CPU an event, packing and writing with it",
            cost / static_cast<double>(recorded.events), "us");
  table.Row("CPU a bound pod", cost / static_cast<double>(recorded.binds), "us");
  table.Row("of the simulated run without", 100 * cost / Median(without), "%");
  return Table::misses() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace muster::bench

int main(int argc, char** argv) {
  return muster::bench::Main(argc > 1 ? argv[1] : "bench/bound_pods.yaml");
}
