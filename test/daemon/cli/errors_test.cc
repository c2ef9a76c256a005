// SPDX-License-Identifier: Apache-2.0
// What goes wrong, in one line on stderr, and the exit code that tells one from another.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/unknown_field_set.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "test/daemon/cli/canned.h"
#include "test/daemon/cli/command.h"

namespace muster::daemon::cli {
namespace {

// A loopback port; with `listens` it takes connections and says nothing, else nobody is there.
class Port {
 public:
  explicit Port(bool listens) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    if (listens) REQUIRE(listen(socket_, 16) == 0);
    port = ntohs(address.sin_port);
  }
  ~Port() { close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  std::string url() const { return absl::StrCat("http://127.0.0.1:", port); }

  int port = 0;

 private:
  int socket_;
};

const std::vector<std::vector<std::string>>& Questions() {
  static const auto* const questions = new std::vector<std::vector<std::string>>{
      {"queues"},    {"gangs"}, {"explain", "a/b"},       {"dump"}, {"cost"},
      {"decisions"}, {"top"},   {"decisions", "--follow"}};
  return *questions;
}

// One line, which names the program, and nothing on stdout.
void CheckLine(const Outcome& outcome, int code, const std::string& words) {
  INFO(outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.out.empty());
  CHECK(absl::StartsWith(outcome.err, "muster: "));
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  CHECK(absl::StrContains(outcome.err, words));
}

TEST_CASE("no daemon: every command says where it looked, at once") {
  const Port nobody(false);
  for (const std::vector<std::string>& question : Questions()) {
    CheckLine(RunMuster(nobody.url(), question), kUnavailable,
              absl::StrCat("no daemon answers at 127.0.0.1:", nobody.port));
  }
}

TEST_CASE("a daemon that says nothing: every command gives up in time") {
  const Port silent(true);
  FakeDaemon hanging;
  hanging.hangs = true;
  for (std::vector<std::string> question : Questions()) {
    if (question.back() == "--follow") continue;  // waits for what happens next, by its nature
    question.push_back("--timeout=200ms");
    CheckLine(RunMuster(hanging.url(), question), kTimeout,
              absl::StrCat("no answer from 127.0.0.1:", hanging.port(), " in 200ms"));
    CheckLine(RunMuster(silent.url(), question), kTimeout, " in 200ms");
  }
  CheckLine(RunMuster(silent.url(), {"decisions", "--follow", "--timeout=200ms"}), kTimeout,
            " in 200ms");
}

TEST_CASE("what the daemon refuses has an exit code of its own, and its words") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const std::vector<std::pair<grpc::StatusCode, int>> codes = {
      {grpc::StatusCode::INVALID_ARGUMENT, kUsage},
      {grpc::StatusCode::NOT_FOUND, kNotFound},
      {grpc::StatusCode::UNAUTHENTICATED, kUnauthenticated},
      {grpc::StatusCode::PERMISSION_DENIED, kForbidden},
      {grpc::StatusCode::UNAVAILABLE, kUnavailable},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, kTooMuch},
      {grpc::StatusCode::INTERNAL, kFailed}};
  for (const auto& [code, exit_code] : codes) {
    daemon.status = {code, "not so"};
    for (const char* command : {"queues", "decisions"}) {
      CheckLine(RunMuster(daemon.url(), {command}), exit_code, "not so");
    }
  }
  daemon.status = {grpc::StatusCode::PERMISSION_DENIED, "namespace \"a\" is not yours"};
  for (const std::vector<std::string>& question : Questions()) {
    CheckLine(RunMuster(daemon.url(), question), kForbidden, "is not yours");
  }
  daemon.status = {grpc::StatusCode::UNIMPLEMENTED, ""};
  CheckLine(RunMuster(daemon.url(), {"cost"}), kFailed, "the daemon may be older");
}

TEST_CASE("the token goes along, from where it was given; who has none is told how to get one") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  daemon.token = "s3cret";
  Tools tools;
  const std::string file = absl::StrCat(tools.folder(), "/token");
  std::ofstream(file) << "s3cret\n";
  CHECK(RunMuster(daemon.url(), {"queues", "--token", "s3cret"}).code == 0);
  CHECK(RunMuster(daemon.url(), {"queues", "--token-file", file}).code == 0);
  CHECK(RunMuster({{"queues", "--server", daemon.url()}, {{"MUSTER_TOKEN", "s3cret"}}}).code == 0);
  CHECK(daemon.authorization == "Bearer s3cret");
  CheckLine(RunMuster(daemon.url(), {"queues", "--token=other"}), kUnauthenticated,
            "does not know this token; the token was that of --token");
  CheckLine(RunMuster(daemon.url(), {"queues"}), kUnauthenticated, "no token was sent");
  CheckLine(RunMuster(daemon.url(), {"queues", "--token=a\nb"}), kUsage, "printable");
  CheckLine(RunMuster(daemon.url(), {"queues", "--token-file=/no/such"}), kUsage, "/no/such");
}

TEST_CASE("a name that was mistyped gets the one that was probably meant") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  CheckLine(RunMuster(daemon.url(), {"explain", "team-etl/nihgtly"}), kNotFound,
            "did you mean team-etl/nightly?");
  CheckLine(RunMuster(daemon.url(), {"explain", "team-adhoc/nightly"}), kNotFound,
            "did you mean team-etl/nightly?");
  const Outcome far = RunMuster(daemon.url(), {"explain", "team-etl/something-else"});
  CheckLine(far, kNotFound, "no gang or pod \"team-etl/something-else\"");
  CHECK_FALSE(absl::StrContains(far.err, "did you mean"));
  CheckLine(RunMuster(daemon.url(), {"queues", "--under", "analitycs"}), kNotFound,
            "did you mean analytics?");
  CheckLine(RunMuster(daemon.url(), {"gangs", "--queue", "etlx"}), kNotFound, "did you mean etl?");
  CheckLine(RunMuster(daemon.url(), {"gangs", "--state", "wating"}), kUsage,
            "did you mean waiting?");
  CheckLine(RunMuster(daemon.url(), {"gangs", "--reason", "CapacityShrt"}), kUsage,
            "did you mean CapacityShort?");
}

TEST_CASE("mistakes on the command line end with 2, before anything is asked") {
  for (const auto& [arguments, words] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "expected a command"},
           {{"queus"}, "did you mean queues?"},
           {{"queues", "--outptu=json"}, "did you mean --output?"},
           {{"queues", "-o", "xml"}, "expected one of table, wide, json, yaml"},
           {{"gangs", "extra"}, "one argument too many"},
           {{"explain"}, "expected NAMESPACE/GANG"},
           {{"explain", "a/b/c"}, "expected NAMESPACE/GANG"},
           {{"explain", "a/b", "-n", "c"}, "expected NAMESPACE/GANG"},
           {{"cost", "--by=team"}, "expected one of queue, namespace, user, app, node"},
           {{"completion", "csh"}, "expected bash, zsh or fish"},
           {{"queues", "--server", "http://muster.example.com:80"}, "expected https://"},
           {{"queues", "--server", "127.0.0.1.example.com:80", "--insecure"}, "expected https://"},
           {{"queues", "--server", "nowhere"}, "expected HOST:PORT"},
           {{"queues", "--server", "muster:80", "--insecure"}, "expected https://"},
           {{"queues", "--server", "h:70000"}, "expected HOST:PORT"},
           {{"queues", "--server", "h:1", "--ca-file", "/no/such"}, "/no/such"}}) {
    CheckLine(RunMuster("", arguments), kUsage, words);
  }
}

TEST_CASE("the help lists commands, flags and exit codes, by the name the program was called") {
  Outcome help = RunMuster({{"help"}, {}});
  CheckGolden("help", help.out);
  CheckGolden("help-explain", RunMuster({{"explain", "--help"}, {}}).out);
  CheckGolden("help-gangs", RunMuster({{"gangs", "-h"}, {}}).out);
  const Run plugin{{"help"}, {}, "/usr/local/bin/kubectl-muster"};
  CHECK(absl::StrContains(RunMuster(plugin).out, "usage: kubectl muster COMMAND"));
  help = RunMuster({{"explain", "--help"}, {}, "kubectl-muster"});
  CHECK(absl::StartsWith(help.out, "kubectl muster explain NAMESPACE/GANG"));
  const Outcome wrong = RunMuster({{"queues", "--nothing-like-it"}, {}, "kubectl-muster"});
  CHECK(absl::StrContains(wrong.err, "'kubectl muster queues --help' lists them"));
  FakeDaemon daemon;
  FillCanned(&daemon);
  for (const char* name : {"kubectl-muster", "anything else", ""}) {
    const Run run{{"queues"}, {{"MUSTER_SERVER", daemon.url()}}, name};
    CHECK(RunMuster(run).out == RunMuster(daemon.url(), {"queues"}).out);
  }
}

TEST_CASE("fields of a newer daemon are passed over") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const std::string before = RunMuster(daemon.url(), {"queues"}).out;
  v1::ListQueuesResponse& queues = daemon.queues;
  queues.GetReflection()->MutableUnknownFields(&queues)->AddVarint(999, 7);
  v1::Queue* queue = queues.mutable_queues(0);
  queue->GetReflection()->MutableUnknownFields(queue)->AddLengthDelimited(1000, "new");
  const Outcome after = RunMuster(daemon.url(), {"queues"});
  CHECK(after.code == 0);
  CHECK(after.out == before);
  CHECK(RunMuster(daemon.url(), {"queues", "-o", "json"}).code == 0);
}

TEST_CASE("a list of gangs that does not end is given up") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  daemon.endless = true;
  CheckLine(RunMuster(daemon.url(), {"gangs"}), kFailed, "does not come to an end");
}

TEST_CASE("a dump is written whole or not at all, for its owner alone") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  Tools tools;
  const std::string file = absl::StrCat(tools.folder(), "/state.yaml");
  REQUIRE(RunMuster(daemon.url(), {"dump", "-f", file}).code == 0);
  const auto text = [&] {
    std::ifstream in(file, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  };
  CHECK(text() == "cluster:\n  nodes: 3\nqueues: []\n");
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  daemon.dump = {"half of it"};
  daemon.cut = true;
  CheckLine(RunMuster(daemon.url(), {"dump", "--file", file}), kUnavailable, "stopping");
  CheckLine(RunMuster(daemon.url(), {"dump"}), kUnavailable, "stopping");
  CHECK(text() == "cluster:\n  nodes: 3\nqueues: []\n");
  daemon.cut = false;
  CheckLine(RunMuster(daemon.url(), {"dump", "--file=/no/such/folder/x"}), kFailed,
            "/no/such/folder/x: cannot be written");
}

}  // namespace
}  // namespace muster::daemon::cli
