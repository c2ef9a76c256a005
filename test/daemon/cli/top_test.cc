// SPDX-License-Identifier: Apache-2.0
// The live view and tables on a real pseudo-terminal.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// kubectl of a cluster with two daemons. Who leads stands in a file `leader`; `port-forward` goes
// to the port of the pod that it names, and leaves its process id in a file of the pod's name.
class TwoDaemons {
 public:
  TwoDaemons() {
    for (FakeDaemon* daemon : {&a, &b}) FillCanned(daemon);
    b.gangs[1].set_name("seen-by-b");
    const std::string& folder = tools.folder();
    tools.Add("kubectl",
              absl::StrCat("case \"$1\" in\n"
                           "get) cat ",
                           folder,
                           "/leader ;;\n"
                           "port-forward) case \"$*\" in\n"
                           "*pod/muster-a*) pod=muster-a port=",
                           a.port(), " ;;\n*pod/muster-b*) pod=muster-b port=", b.port(),
                           " ;;\n*) echo 'error: no pod is ready' >&2; exit 1 ;;\nesac\n"
                           "echo $$ >",
                           folder, "/$pod; echo \"Forwarding from 127.0.0.1:$port -> 9443\"\n",
                           "exec sleep 600 ;;\nesac\n"));
    Lead("muster-a");
  }
  // "": nobody.
  void Lead(const std::string& pod) {
    const std::string file = tools.folder() + "/leader";
    std::ofstream(file + ".new") << (pod.empty() ? "" : pod + "_0123456789abcdef");
    std::filesystem::rename(file + ".new", file);
  }
  static void Answer(FakeDaemon* daemon, const grpc::Status& status) {
    const std::lock_guard<std::mutex> turn(Turn());
    daemon->status = status;
  }
  pid_t WayTo(const std::string& pod) const {
    pid_t pid = 0;
    std::ifstream(tools.folder() + "/" + pod) >> pid;
    REQUIRE(pid > 0);
    return pid;
  }

  FakeDaemon a, b;
  Tools tools;
};

const grpc::Status kStandsBy = {grpc::StatusCode::UNAVAILABLE,
                                "nothing was decided yet: ok: stands by, muster-b leads"};

TEST_CASE("top follows the daemon that leads, and says so") {
  TwoDaemons daemons;
  Terminal terminal("", {"top", "--interval", "100ms"}, 160, 30, false, daemons.tools.path());
  REQUIRE(terminal.Await("nightly", 2));
  CHECK_FALSE(absl::StrContains(terminal.seen, "now asks"));
  const pid_t way = daemons.WayTo("muster-a");
  // It stands by: another one leads, once the lease says so.
  daemons.Answer(&daemons.a, kStandsBy);
  REQUIRE(terminal.Await("looking for the daemon again; nothing was decided yet"));
  CHECK(absl::StrContains(absl::StrJoin(LastScreen(terminal.seen), "\n"), "nightly"));
  daemons.Lead("muster-b");
  REQUIRE(terminal.Await("q ends; now asks pod/muster-b"));
  CHECK(absl::StrContains(terminal.seen, "seen-by-b"));
  CHECK(kill(way, 0) != 0);
  // Its pod goes, and with it the way; for a time nobody leads.
  daemons.Lead("");
  daemons.Answer(&daemons.b, {grpc::StatusCode::UNAVAILABLE, "stopping"});
  REQUIRE(
      terminal.Await("looking for the daemon again; no way to the Service muster-system/muster"));
  daemons.Answer(&daemons.a, grpc::Status::OK);
  daemons.Lead("muster-a");
  REQUIRE(terminal.Await("q ends; now asks pod/muster-a"));
  terminal.Press("q");
  CHECK(terminal.End() == 0);
  CHECK(kill(daemons.WayTo("muster-a"), 0) != 0);
}

TEST_CASE("top gets another token where the one that it has is no longer good") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  daemon.token = "first";
  Tools tools;
  const auto give = [&tools](const std::string& token) {
    tools.Add("kubectl", absl::StrCat("echo ", token, "\n"));
  };
  give("first");
  Terminal terminal(daemon.url(), {"top", "--interval=100ms", "--account=team-a/reader"}, 160, 30,
                    false, tools.path());
  REQUIRE(terminal.Await("nightly", 2));
  {
    const std::lock_guard<std::mutex> turn(Turn());
    daemon.token = "second";
  }
  REQUIRE(terminal.Await("looking for the daemon again; the API server does not know this token"));
  give("second");
  REQUIRE(terminal.Await("q ends"));
  terminal.Press("q");
  CHECK(terminal.End() == 0);
}

TEST_CASE("top ends at once also while it looks for the daemon") {
  TwoDaemons daemons;
  Terminal terminal("", {"top", "--interval=100ms", "--timeout=1h"}, 160, 30, false,
                    daemons.tools.path());
  REQUIRE(terminal.Await("nightly", 2));
  daemons.tools.Add("kubectl", "exec sleep 600\n");
  daemons.Answer(&daemons.a, kStandsBy);
  REQUIRE(terminal.Await("looking for the daemon again"));
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
