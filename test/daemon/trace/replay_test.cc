// SPDX-License-Identifier: Apache-2.0
// A recorded day is decided again, plan for plan: over random worlds with faults and restarts of
// the scheduler, with files that go on in others, and not where anything was changed since.
// MUSTER_SEEDS=N runs N seeds, MUSTER_SEED=S alone.
#include "scheduler/daemon/trace/replay.h"

#include <catch2/catch.hpp>

#include "scheduler/cycle/cycle.h"
#include "test/daemon/trace/traced_world.h"
#include "test/sim/random_scenario.h"
#include "test/sim/seeds.h"

namespace muster::daemon {
namespace {

// Any trace of a few kilobytes then goes on in several files.
constexpr int64_t kTiny = 2000;

TEST_CASE("every plan of a recorded world is decided again") {
  const sim::Seeds seeds = sim::SeedsToRun(200);
  int64_t restarts = 0;
  int64_t plans = 0;
  int64_t continued = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    const ScratchFolder folder;
    RecordSettings settings;
    settings.folder = folder.path();
    settings.files = 1000;
    if (seed % 2 == 0) settings.file_bytes = kTiny;
    const Recorded recorded = Record(sim::RandomScenario(seed), settings);
    const ReplayReport report = Replay(folder.path(), Cycle);
    restarts += recorded.restarts;
    plans += recorded.plans;
    continued += report.files - recorded.restarts - 1;
    INFO("MUSTER_SEED=" << seed << "\n" << report.difference << "\n" << report.complaints);
    CHECK(report.status.ok());
    CHECK(report.difference.empty());
    CHECK(report.complaints.empty());
    CHECK(report.plans == recorded.plans);
    CHECK(report.events == recorded.events);
  }
  if (seeds.one) return;
  CHECK(plans > static_cast<int64_t>(10 * seeds.last));
  CHECK(restarts > static_cast<int64_t>(seeds.last / 10));
  CHECK(continued > static_cast<int64_t>(seeds.last / 4));
}

TEST_CASE("a file that goes on from another is enough by itself") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  settings.files = 2;
  settings.file_bytes = kTiny;
  const Recorded recorded = Record(BusyScenario(), settings);
  // The first ones are gone.
  REQUIRE(folder.traces().size() == 2);
  int64_t plans = 0;  // where files end is chance: one alone may hold none
  for (const std::string& file : folder.traces()) {
    const ReplayReport report = Replay(file, Cycle);
    CHECK(report.status.ok());
    CHECK(report.difference.empty());
    CHECK(report.complaints.empty());
    plans += report.plans;
  }
  CHECK(plans > 0);
  CHECK(plans < recorded.plans);
}

TEST_CASE("another decision is found, and shown") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  Record(sim::RandomScenario(3), settings);
  // A scheduler that from its tenth plan on starts nobody.
  int plans = 0;
  const ReplayReport report =
      Replay(folder.path(), [&plans](State& state, const Profile& profile, absl::Time now) {
        Plan plan = Cycle(state, profile, now);
        if (++plans >= 10) plan.steps.clear();
        return plan;
      });
  CHECK(report.status.ok());
  CHECK_THAT(report.difference, Catch::StartsWith("decision "));
  CHECK_THAT(report.difference, Catch::Contains("\n  gang ns"));
  CHECK_THAT(report.difference, Catch::Contains("\n  recorded: "));
  CHECK_THAT(report.difference, Catch::Contains("\n  replayed: "));
}

TEST_CASE("a reason with another number is found") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  Record(sim::RandomScenario(3), settings);
  const ReplayReport report =
      Replay(folder.path(), [](State& state, const Profile& profile, absl::Time now) {
        Plan plan = Cycle(state, profile, now);
        for (Verdict& verdict : plan.verdicts) {
          Reason other = verdict.reason;
          ++other.have;
          verdict.reason = std::move(other);
        }
        return plan;
      });
  CHECK_THAT(report.difference, Catch::Contains("numbers or positions of waiting gangs"));
}

}  // namespace
}  // namespace muster::daemon
