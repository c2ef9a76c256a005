// SPDX-License-Identifier: Apache-2.0
// What each command prints, byte by byte, against a daemon with canned answers.
#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/yaml.h"
#include "test/daemon/cli/canned.h"
#include "test/daemon/cli/command.h"

namespace muster::daemon::cli {
namespace {

struct Case {
  const char* golden;
  std::vector<std::string> arguments;
};

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"queues", {"queues"}},
      {"queues-wide", {"queues", "-o", "wide"}},
      {"queues-json", {"queues", "-ojson"}},
      {"queues-yaml", {"queues", "--output=yaml"}},
      {"queues-under", {"queues", "--under", "analytics"}},
      {"queues-color", {"queues", "--color=always"}},
      {"gangs", {"gangs"}},
      {"gangs-wide", {"gangs", "-o=wide"}},
      {"gangs-json", {"gangs", "-o", "json"}},
      {"gangs-yaml", {"gangs", "-o", "yaml", "--state", "running"}},
      {"gangs-color", {"gangs", "--color", "always"}},
      {"explain", {"explain", "team-etl/nightly"}},
      {"explain-color", {"explain", "nightly", "-n", "team-etl", "--color=always"}},
      {"explain-wide", {"explain", "team-etl/nightly", "-o", "wide"}},
      {"explain-json", {"explain", "team-etl/nightly", "-o", "json"}},
      {"explain-yaml", {"explain", "team-etl/nightly", "-o", "yaml"}},
      {"explain-hostile", {"explain", absl::StrCat("team-etl/odd", kHostile)}},
      {"decisions", {"decisions"}},
      {"decisions-color", {"decisions", "--color=always"}},
      {"decisions-json", {"decisions", "-o", "json"}},
      {"decisions-yaml", {"decisions", "-o", "yaml"}},
      {"cost", {"cost", "--since", "24h", "--by", "queue"}},
      {"cost-csv", {"cost", "--since", "24h", "--by", "user", "--output", "csv"}},
      {"cost-json", {"cost", "-o", "json"}},
      {"cost-yaml", {"cost", "-o", "yaml"}},
      {"dump", {"dump"}},
      {"top", {"top"}},
  };
  return *cases;
}

TEST_CASE("every command prints what its golden file says, twice the same, in every form") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  for (const Case& one : Cases()) {
    INFO(one.golden);
    const Outcome outcome = RunMuster(daemon.url(), one.arguments);
    CHECK(outcome.code == 0);
    CheckGolden(one.golden, outcome.out, daemon.port());
    CHECK(RunMuster(daemon.url(), one.arguments).out == outcome.out);
    if (!absl::StartsWith(one.golden, "decisions")) CHECK(outcome.err.empty());
  }
}

TEST_CASE("of an empty cluster every command says what there is: the queue, and nothing else") {
  FakeDaemon daemon;
  v1::Queue* queue = daemon.queues.add_queues();
  queue->set_path("default");
  queue->set_leaf(true);
  queue->set_state("open");
  for (const char* command : {"queues", "gangs", "top", "decisions", "cost"}) {
    INFO(command);
    const Outcome outcome = RunMuster(daemon.url(), {command});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    CheckGolden(absl::StrCat("empty-", command), outcome.out);
  }
  CHECK(RunMuster(daemon.url(), {"explain", "a/b"}).code == 3);
}

// Control characters of one and of two bytes, and what turns the direction of writing.
std::string ControlIn(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((c < 0x20 && c != '\n') || c == 0x7F || (c == 0xC2 && next < 0xA0)) {
      return text.substr(i < 20 ? 0 : i - 20, 40);
    }
  }
  return absl::StrContains(text, "\xe2\x80\xae") ? "a bidi override" : "";
}

TEST_CASE("no control character of a tenant reaches the terminal, in any form") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  for (const Case& one : Cases()) {
    if (absl::StrContains(one.golden, "color")) continue;
    INFO(one.golden);
    std::string out = RunMuster(daemon.url(), one.arguments).out;
    if (absl::StrContains(one.golden, "csv")) absl::StrReplaceAll({{"\r\n", "\n"}}, &out);
    CHECK(ControlIn(out) == "");
  }
  daemon.status = {grpc::StatusCode::PERMISSION_DENIED, absl::StrCat("no ", kHostile)};
  const Outcome refused = RunMuster(daemon.url(), {"queues"});
  CHECK(ControlIn(refused.err) == "");
  CHECK(absl::StrContains(refused.err, "\\x1b]0;gotcha\\x07"));
}

TEST_CASE("the YAML is YAML with the fields and values of the JSON") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const Outcome outcome =
      RunMuster(daemon.url(), {"explain", absl::StrCat("team-etl/odd", kHostile), "-o", "yaml"});
  const auto root = codec::ParseYaml("out", outcome.out);
  REQUIRE(root.ok());
  const codec::YamlNode* gang = root->Find("gang");
  REQUIRE(gang != nullptr);
  CHECK(gang->Find("name")->text == absl::StrCat("odd", kHostile));
  CHECK(root->Find("position")->text == "3");
  CHECK(root->Find("needs")->items.at(1).Find("text")->text == "36Gi");
}

TEST_CASE("the explanation in JSON has reason, message, position and needs on top") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const Outcome outcome = RunMuster(daemon.url(), {"explain", "team-etl/hourly", "-o", "json"});
  CHECK(outcome.code == 3);
  daemon.explanations.emplace_back();
  *daemon.explanations.back().mutable_gang() = daemon.gangs[0];
  // Also where they say nothing: a reader need not ask whether they are there.
  const std::string json =
      RunMuster(daemon.url(), {"explain", "team-etl/hourly", "-o", "json"}).out;
  for (const char* field :
       {"\n \"reason\": \"\"", "\n \"message\": \"\"", "\n \"position\": 0", "\n \"needs\": []"}) {
    CHECK(absl::StrContains(json, field));
  }
}

TEST_CASE("gangs come from all pages, with the filters asked for") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const v1::Gang one = daemon.gangs[1];
  daemon.gangs.clear();
  for (int i = 0; i < 2345; ++i) {
    daemon.gangs.push_back(one);
    daemon.gangs.back().set_name(absl::StrCat("gang-", i));
  }
  const Outcome outcome = RunMuster(daemon.url(), {"gangs"});
  CHECK(daemon.pages == 3);
  const std::vector<std::string> lines = absl::StrSplit(outcome.out, '\n', absl::SkipEmpty());
  CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == 2346);
  const Outcome some = RunMuster(daemon.url(), {"gangs", "--limit", "2", "--queue", "etl", "-n",
                                                "team-etl", "--state=Waiting,running", "--reason",
                                                "capacityshort,FromTheFuture", "--search", "x"});
  CHECK(some.code == 0);
  CHECK(daemon.pages == 4);
  const v1::ListGangsRequest& asked = daemon.gangs_request;
  CHECK(asked.queue() == "etl");
  CHECK(asked.namespace_() == "team-etl");
  CHECK(asked.search() == "x");
  REQUIRE(asked.states_size() == 2);
  CHECK(asked.states(0) == "waiting");
  REQUIRE(asked.reasons_size() == 2);
  CHECK(asked.reasons(0) == "CapacityShort");
  CHECK(asked.reasons(1) == "FromTheFuture");
  CHECK(RunMuster(daemon.url(), {"gangs", "-n", "nobody"}).out == "no gangs\n");
}

TEST_CASE("a gang that has ended ran until then") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  v1::Gang& gang = daemon.gangs[0];
  gang.set_state("ended");
  gang.mutable_began()->set_seconds(daemon.queues.at().seconds() - 1000);
  gang.mutable_ended()->set_seconds(daemon.queues.at().seconds() - 1000 + 75);
  const Outcome outcome = RunMuster(daemon.url(), {"gangs", "--state", "ended"});
  CHECK(outcome.code == 0);
  CHECK(daemon.gangs_request.states(0) == "ended");
  CHECK(absl::StrContains(outcome.out, " ended "));
  CHECK(absl::StrContains(outcome.out, " 1m15s "));
}

TEST_CASE("decisions and cost ask for what the flags say") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const Outcome told = RunMuster(daemon.url(), {"decisions", "--recent=7", "--gang", "a/b"});
  CHECK(told.code == 0);
  CHECK(told.err.empty());  // behind a filter a gap in the numbers is none
  CHECK(daemon.decisions_request.recent() == 7);
  CHECK(daemon.decisions_request.gang() == "a/b");
  CHECK(daemon.decisions_request.once());
  CHECK(RunMuster(daemon.url(), {"decisions"}).err ==
        "muster: 2 decisions are missing here: read too slowly\n");
  RunMuster(daemon.url(), {"cost", "--by", "node", "--since", "1h"});
  CHECK(daemon.cost_request.group_by() == "node");
  CHECK(daemon.cost_request.has_since());
}

}  // namespace
}  // namespace muster::daemon::cli
