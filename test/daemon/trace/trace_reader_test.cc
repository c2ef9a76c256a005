// SPDX-License-Identifier: Apache-2.0
// What is no whole trace: one sentence, and never the end of the process.
#include "scheduler/daemon/trace/trace_reader.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/match.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/trace/replay.h"
#include "scheduler/daemon/trace/replay_command.h"
#include "scheduler/daemon/trace/trace_chunks.h"
#include "scheduler/daemon/trace/trace_format.h"
#include "test/daemon/trace/traced_world.h"
#include "test/model/dice.h"
#include "test/sim/random_scenario.h"

namespace muster::daemon {
namespace {

// One small trace; `continued`: the second file of a larger one, which begins with an image.
std::string Trace(bool continued = false) {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path();
  settings.files = 1000;
  if (continued) settings.file_bytes = 500;
  Record(continued ? BusyScenario() : sim::RandomScenario(3), settings);
  return ReadWhole(folder.traces()[continued ? 1 : 0]);
}

ReplayReport ReplayBytes(const std::string& bytes) {
  const ScratchFolder folder;
  const std::string path = folder.path() + "/muster-1.trace";
  WriteWhole(path, bytes);
  return Replay(path, Cycle);
}

TEST_CASE("what is no trace is told in a sentence and an exit code") {
  const ScratchFolder folder;
  const std::string file = folder.path() + "/some.txt";
  WriteWhole(file, "queues: []\n");
  ReplayReport report = Replay(file, Cycle);
  CHECK_THAT(std::string(report.status.message()),
             Catch::EndsWith("some.txt: is no trace of muster (its first line would say so)"));
  CHECK(ReplayTrace({file}) == kNoTrace);
  report = Replay(folder.path(), Cycle);
  CHECK_THAT(std::string(report.status.message()),
             Catch::EndsWith(": holds no trace; expected files muster-NUMBER.trace"));
  CHECK(ReplayTrace({folder.path()}) == kNoTrace);
  report = Replay(folder.path() + "/none", Cycle);
  CHECK_THAT(std::string(report.status.message()),
             Catch::EndsWith("none: cannot be read: No such file or directory"));
  WriteWhole(file, "muster trace 0 0123456789abcdef by muster 0.0.1\n");
  report = Replay(file, Cycle);
  CHECK_THAT(std::string(report.status.message()),
             Catch::Contains("was written by another version (muster trace 0 0123456789abcdef by "
                             "muster 0.0.1); this one reads what it wrote itself (muster trace "));
  CHECK(ReplayTrace({file}) == kNoTrace);
  WriteWhole(file, "");
  CHECK(ReplayTrace({file}) == kNoTrace);
  CHECK(ReplayTrace({}) == kUsageError);
}

TEST_CASE("a trace that was cut reads up to there") {
  const std::string whole = Trace();
  const int64_t plans = ReplayBytes(whole).plans;
  REQUIRE(plans > 20);
  int64_t before = -1;
  for (size_t size = FirstLine().size(); size < whole.size(); size += 1 + whole.size() / 97) {
    const ReplayReport report = ReplayBytes(whole.substr(0, size));
    INFO(size << " of " << whole.size() << " bytes");
    CHECK(report.status.ok());
    CHECK(report.difference.empty());
    CHECK_THAT(report.complaints, Catch::Contains(": is cut after byte "));
    CHECK(report.plans >= before);
    before = report.plans;
  }
  CHECK(before > plans / 2);
  const ScratchFolder folder;
  WriteWhole(folder.path() + "/muster-1.trace", whole.substr(0, whole.size() - 1));
  CHECK(ReplayTrace({folder.path()}) == kCutTrace);
}

TEST_CASE("a byte that was changed is found") {
  const std::string whole = Trace();
  test::Dice dice(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    const auto at = static_cast<size_t>(dice.Between(0, static_cast<int>(bytes.size()) - 1));
    bytes[at] = static_cast<char>(bytes[at] ^ dice.Between(1, 255));
    const ReplayReport report = ReplayBytes(bytes);
    INFO("byte " << at);
    // The version of who wrote it is for people, and nothing else.
    const bool words = at >= FirstLine().find(" by ") && at < FirstLine().size() - 1;
    CHECK(
        (words || !report.status.ok() || !report.difference.empty() || !report.complaints.empty()));
  }
}

// The operations of a file, chunk by chunk.
std::vector<std::pair<ChunkKind, std::string>> Chunks(const std::string& whole) {
  const ScratchFolder folder;
  WriteWhole(folder.path() + "/t", whole);
  std::FILE* file = std::fopen((folder.path() + "/t").c_str(), "rb");
  REQUIRE(file != nullptr);
  ReadBytes(fileno(file), FirstLine().size());
  ChunkReader reader(fileno(file));
  std::vector<std::pair<ChunkKind, std::string>> chunks;
  while (reader.Next() == ChunkReader::Found::kChunk) {
    chunks.emplace_back(reader.kind(), std::string(reader.bytes()));
  }
  std::fclose(file);
  return chunks;
}

std::string Packed(const std::vector<std::pair<ChunkKind, std::string>>& chunks) {
  ChunkPacker packer;
  std::string bytes = FirstLine();
  for (const auto& [kind, content] : chunks) absl::StrAppend(&bytes, packer.Pack(kind, content));
  return bytes;
}

void Mutate(test::Dice* dice, std::string* bytes) {
  if (bytes->empty()) return;
  for (int changes = dice->Between(1, 4); changes > 0 && !bytes->empty(); --changes) {
    const auto at = static_cast<size_t>(dice->Between(0, static_cast<int>(bytes->size()) - 1));
    switch (dice->Between(0, 4)) {
      case 0: (*bytes)[at] = static_cast<char>(dice->Between(0, 255)); break;
      case 1: (*bytes)[at] = static_cast<char>((*bytes)[at] + dice->Between(-1, 1)); break;
      case 2: bytes->erase(at, static_cast<size_t>(dice->Between(1, 8))); break;
      case 3:
        bytes->insert(at, bytes->substr(at / 2, static_cast<size_t>(dice->Between(1, 8))));
        break;
      default: bytes->resize(at); break;
    }
  }
}

// With hashes that are right, as whoever forges one would write them.
TEST_CASE("a forged trace ends in a sentence") {
  int64_t different = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const bool continued = seed % 3 == 0;
    static const std::string kWhole[2] = {Trace(), Trace(/*continued=*/true)};
    auto chunks = Chunks(kWhole[continued ? 1 : 0]);
    test::Dice dice(seed);
    Mutate(
        &dice,
        &chunks[static_cast<size_t>(dice.Between(0, static_cast<int>(chunks.size()) - 1))].second);
    INFO("seed " << seed);
    const ReplayReport report = ReplayBytes(Packed(chunks));
    if (!report.difference.empty() || !report.complaints.empty()) ++different;
    CHECK(report.status.ok());
  }
  CHECK(different > 200);
}

TEST_CASE("a trace is for its owner alone") {
  const ScratchFolder folder;
  RecordSettings settings;
  settings.folder = folder.path() + "/made";
  Record(sim::RandomScenario(1), settings);
  const auto files = TraceFiles(settings.folder);
  REQUIRE(files.ok());
  using std::filesystem::perms;
  for (const std::string& file : *files) {
    CHECK(std::filesystem::status(file).permissions() == (perms::owner_read | perms::owner_write));
  }
  CHECK(std::filesystem::status(settings.folder).permissions() == perms::owner_all);
}

}  // namespace
}  // namespace muster::daemon
