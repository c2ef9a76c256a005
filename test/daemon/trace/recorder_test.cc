// SPDX-License-Identifier: Apache-2.0
// A trace that cannot be written in time says so and goes on; the writing thread writes all it
// took.
#include "scheduler/daemon/trace/recorder.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/trace/replay.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/sim/simulation.h"
#include "test/daemon/trace/traced_world.h"

namespace muster::daemon {
namespace {

std::unique_ptr<TraceFolder> Open(const std::string& path) {
  RecordSettings settings;
  settings.folder = path;
  auto folder = TraceFolder::Open(settings);
  REQUIRE(folder.ok());
  return *std::move(folder);
}

// Takes nothing from its tenth chunk on until it has been asked ten times whether it could.
class Refusing : public TraceOutput {
 public:
  explicit Refusing(std::unique_ptr<TraceFolder> folder) : inner_(std::move(folder)) {}
  bool Take(TraceChunk chunk) override {
    if (++taken_ >= 10 && asked_ < 10 && !chunk.last_word) return false;
    return inner_.Take(std::move(chunk));
  }
  bool Idle() const override { return ++asked_ >= 10; }
  int64_t file_bytes() const override { return inner_.file_bytes(); }
  const RecordSettings& settings() const override { return inner_.settings(); }

 private:
  DirectOutput inner_;
  int taken_ = 0;
  mutable int asked_ = 0;
};

int64_t Run(Recorder* recorder) {
  sim::Options options = sim::GangOptions(1);
  options.audit_every = int64_t{1} << 40;
  options.observer = recorder;
  const codec::Scenario scenario = BusyScenario();
  const int64_t cycles = sim::Simulation(scenario, options).Run().cycles;
  recorder->Finish();
  return cycles;
}

TEST_CASE("what cannot be written in time ends the file with a sentence, and another begins") {
  const ScratchFolder folder;
  std::vector<std::string> said;
  Refusing output(Open(folder.path()));
  Recorder recorder(&output, [&said](const std::string& what) { said.push_back(what); });
  const int64_t cycles = Run(&recorder);
  CHECK(recorder.lost_events() > 0);
  REQUIRE(said.size() == 2);
  CHECK(said[0] == "recording stops: the trace could not be written in time");
  CHECK_THAT(said[1], Catch::StartsWith("recording goes on in a new file; "));
  CHECK(folder.traces().size() == 2);
  const ReplayReport report = Replay(folder.path(), Cycle);
  CHECK(report.status.ok());
  CHECK(report.difference.empty());
  CHECK_THAT(report.complaints,
             Catch::EndsWith(": recording stopped here: what happened came faster than it could "
                             "be written, or could not be written"));
  CHECK(report.plans > cycles / 2);
  CHECK(report.plans < cycles);
}

TEST_CASE("the writing thread writes all that it took") {
  const ScratchFolder folder;
  int64_t cycles = 0;
  {
    ThreadedOutput output(Open(folder.path()), [](const absl::Status&) {});
    Recorder recorder(&output, [](const std::string&) {});
    cycles = Run(&recorder);
    RecordSettings settings;
    settings.folder = folder.path();
    CHECK_THAT(std::string(TraceFolder::Open(settings).status().message()),
               Catch::EndsWith(": another process records there"));
  }
  const ReplayReport report = Replay(folder.path(), Cycle);
  CHECK(report.difference.empty());
  CHECK(report.complaints.empty());
  CHECK(report.plans == cycles);
}

TEST_CASE("a folder that is gone is told, and the loop goes on") {
  const ScratchFolder folder;
  std::vector<std::string> failures;
  {
    ThreadedOutput output(Open(folder.path() + "/made"), [&failures](const absl::Status& failed) {
      failures.emplace_back(failed.message());
    });
    std::filesystem::remove_all(folder.path() + "/made");
    Recorder recorder(&output, [](const std::string&) {});
    CHECK(Run(&recorder) > 0);
  }
  REQUIRE(!failures.empty());
  CHECK_THAT(failures[0], Catch::Contains("/made: cannot be read: "));
}

TEST_CASE("a folder that cannot be made is refused in a sentence") {
  RecordSettings settings;
  settings.folder = "/nonexistent/trace";
  CHECK(TraceFolder::Open(settings).status().message() ==
        "/nonexistent/trace: cannot be made: No such file or directory");
}

}  // namespace
}  // namespace muster::daemon
