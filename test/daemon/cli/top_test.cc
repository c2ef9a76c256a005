// SPDX-License-Identifier: Apache-2.0
// The live view and tables on a real pseudo-terminal.
#include <signal.h>

#include <catch2/catch.hpp>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "scheduler/daemon/cli/shown.h"
#include "test/daemon/cli/canned.h"
#include "test/daemon/cli/command.h"
#include "test/daemon/cli/terminal.h"

namespace muster::daemon::cli {
namespace {

constexpr char kEntered[] = "\x1b[?1049h";
constexpr char kLeft[] = "\x1b[?1049l";

bool Echoes(const Terminal& terminal) {
  return (terminal.Settings().c_lflag & (ECHO | ICANON | ISIG)) == (ECHO | ICANON | ISIG);
}

TEST_CASE("top redraws itself, ends by q, Ctrl-C or a signal, and gives the terminal back") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const std::vector<std::string> command = {"top", "--interval", "100ms"};
  for (const char* how : {"q", "\x03", "TERM", "INT", "HUP"}) {
    INFO(how);
    Terminal terminal(daemon.url(), command, 120, 40);
    REQUIRE(terminal.Await(kEntered));
    REQUIRE(terminal.Await("nightly", 3));
    CHECK_FALSE(Echoes(terminal));
    const std::string key(how);
    if (key.size() == 1) terminal.Press(key);
    if (key == "TERM") terminal.Signal(SIGTERM);
    if (key == "INT") terminal.Signal(SIGINT);
    if (key == "HUP") terminal.Signal(SIGHUP);
    CHECK(terminal.End() == 0);
    CHECK(absl::EndsWith(terminal.seen, std::string("\x1b[?7h\x1b[?25h") + kLeft));
    CHECK(Echoes(terminal));
  }
}

TEST_CASE("top fits any terminal, also one that changes its size") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Terminal terminal(daemon.url(), {"top", "--interval", "100ms"}, 120, 40);
  REQUIRE(terminal.Await("q ends"));
  for (const auto& [columns, rows] : std::vector<std::pair<int, int>>{
           {200, 50}, {80, 24}, {40, 10}, {20, 5}, {7, 3}, {1, 1}, {120, 40}}) {
    terminal.Resize(columns, rows);
    // The first may be one of the old size that was on its way.
    REQUIRE(terminal.Await("\x1b[1;1H", 4));
    const std::vector<std::string> lines = LastScreen(terminal.seen);
    CHECK(lines.size() <= static_cast<size_t>(rows));
    for (const std::string& line : lines) CHECK(Columns(line) <= static_cast<size_t>(columns));
  }
  REQUIRE(terminal.Await("q ends", 3));
  CheckGolden("top-120", absl::StrJoin(LastScreen(terminal.seen), "\n") + "\n");
  terminal.Press("q");
  CHECK(terminal.End() == 0);
}

TEST_CASE("top goes on when the daemon goes, says so, and still ends at once by a key") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Terminal terminal(daemon.url(), {"top", "--interval", "100ms"}, 100, 30);
  REQUIRE(terminal.Await("nightly"));
  const auto answer = [&daemon](const grpc::Status& status) {
    const std::lock_guard<std::mutex> turn(Turn());
    daemon.status = status;
  };
  answer({grpc::StatusCode::UNAVAILABLE, "stopping"});
  REQUIRE(terminal.Await("stopping", 3));
  const std::string screen = absl::StrJoin(LastScreen(terminal.seen), "\n");
  CHECK(absl::StrContains(screen, "nightly"));
  CHECK(absl::StrContains(screen, "stopping"));
  answer(grpc::Status::OK);
  REQUIRE(terminal.Await("q ends"));
  daemon.hangs = true;
  while (daemon.hanging == 0) terminal.Await("never", 1, absl::Milliseconds(10));
  terminal.Press("q");
  CHECK(terminal.End() == 0);
}

TEST_CASE("tables on a terminal are cut to its width, and coloured unless that is not wanted") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  for (const char* command : {"queues", "gangs", "decisions", "cost"}) {
    for (const int columns : {250, 100, 60, 30, 10, 1}) {
      INFO(command << " " << columns);
      Terminal terminal(daemon.url(), {command}, columns, 30, true);
      CHECK(terminal.End() == 0);
      for (absl::string_view line : absl::StrSplit(terminal.seen, "\r\n")) {
        if (absl::StartsWith(line, "muster: ")) continue;
        CHECK(Columns(line) <= static_cast<size_t>(columns));
      }
      CHECK_FALSE(absl::StrContains(terminal.seen, "\x1b"));
    }
    Terminal colored(daemon.url(), {command}, 100, 30);
    CHECK(colored.End() == 0);
    CHECK(absl::StrContains(colored.seen, "\x1b["));
    Terminal never(daemon.url(), {command, "--color=never"}, 100, 30);
    CHECK(never.End() == 0);
    CHECK_FALSE(absl::StrContains(never.seen, "\x1b"));
  }
  Terminal wide(daemon.url(), {"gangs", "-o", "wide"}, 100, 30, true);
  CHECK(wide.End() == 0);
  CheckGolden("gangs-wide-100", wide.seen);
  Terminal explained(daemon.url(), {"explain", "team-etl/nightly"}, 60, 30, true);
  CHECK(explained.End() == 0);
  CheckGolden("explain-60", explained.seen);
}

TEST_CASE("decisions are followed until somebody ends it") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Terminal terminal(daemon.url(), {"decisions", "--follow"}, 100, 30);
  REQUIRE(terminal.Await("team-adhoc/sweep"));
  terminal.Press("\x03");
  CHECK(terminal.End() == 128 + SIGINT);
}

}  // namespace
}  // namespace muster::daemon::cli
