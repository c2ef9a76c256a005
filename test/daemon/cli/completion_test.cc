// SPDX-License-Identifier: Apache-2.0
// Completion as shells ask for it: a real bash completes real lines; what zsh and fish are given is
// in golden files, and the words that all three ask for are the same.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "test/daemon/cli/canned.h"
#include "test/daemon/cli/command.h"

namespace muster::daemon::cli {
namespace {

// What bash offers for `line` (words as bash splits it, the last is completed).
std::vector<std::string> Completed(const std::vector<std::string>& words) {
  Tools tools;
  tools.Link("muster", MUSTER_BINARY);
  std::string list;
  for (const std::string& word : words) absl::StrAppend(&list, " '", word, "'");
  const std::string script =
      tools.Add("complete", absl::StrCat("exec bash --norc --noprofile -c '\n"
                                         "source <(muster completion bash)\n"
                                         "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
                                         "complete -p muster >/dev/null && _muster\n"
                                         "printf \"%s\\n\" \"${COMPREPLY[@]}\"' bash",
                                         list, " >", tools.folder(), "/out 2>&1\n"));
  REQUIRE(std::system(absl::StrCat("PATH=", tools.path(), " ", script).c_str()) == 0);
  std::FILE* in = std::fopen((tools.folder() + "/out").c_str(), "r");
  std::string text(65536, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), in));
  std::fclose(in);
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

using Words = std::vector<std::string>;

TEST_CASE("bash completes commands, flags and the values of flags") {
  CHECK(Completed({"muster", "q"}) == Words{"queues"});
  CHECK(Completed({"muster", "d"}) == Words{"decisions", "dump"});
  CHECK(Completed({"muster", ""}).size() > 10);
  CHECK(Completed({"muster", "gangs", "--na"}) == Words{"--namespace"});
  CHECK(Completed({"muster", "queues", "--output", "j"}) == Words{"json"});
  CHECK(Completed({"muster", "queues", "-o", ""}) == Words{"table", "wide", "json", "yaml"});
  // COMP_WORDBREAKS has the equals sign.
  CHECK(Completed({"muster", "queues", "--output", "=", "y"}) == Words{"yaml"});
  CHECK(Completed({"muster", "cost", "--by", "="}) ==
        Words{"queue", "namespace", "user", "app", "node"});
  // What is there already is not offered again.
  CHECK(Completed({"muster", "gangs", "--namespace", "x", "--na"}).empty());
  CHECK(Completed({"muster", "explain", "--server", "--na"}).empty());
  CHECK(Completed({"muster", "serve", "--kubec"}) == Words{"--kubeconfig"});
  CHECK(Completed({"muster", "nonsense", "--"}).empty());
  CHECK(Completed({"muster", "explain", ""}).empty());
}

// What the shells' scripts ask for; the last word is what is typed so far.
std::string Offered(const std::string& server, std::vector<std::string> words) {
  words.insert(words.begin(), "__complete");
  const Outcome outcome = RunMuster(server, words);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  return outcome.out;
}

TEST_CASE("names of queues and gangs are asked of the daemon") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  const std::string at = daemon.url();
  CHECK(Offered(at, {"queues", "--under", "an"}) == "analytics\t\nanalytics.adhoc\t\n");
  CHECK(Offered(at, {"gangs", "--queue=et"}) == "--queue=etl\t\n");
  CHECK(Offered(at, {"top", "--under", "nobody"}).empty());
  CHECK(Offered(at, {"explain", "team-etl/n"}) == "team-etl/nightly\t\n");
  CHECK(Offered(at, {"decisions", "--gang", "team-etl/n"}) == "team-etl/nightly\t\n");
  // In a namespace that was typed before, and no second argument.
  CHECK(Offered(at, {"explain", "--namespace", "team-etl", "n"}) == "nightly\t\n");
  CHECK(Offered(at, {"explain", "team-etl/nightly", ""}).empty());
  // By an address that is typed before, too.
  CHECK(Offered("", {"explain", "--server", at, "team-etl/n"}) == "team-etl/nightly\t\n");
  // No name that a shell or a terminal would take for something else.
  const std::string all = Offered(at, {"explain", ""});
  CHECK(absl::StrContains(all, "team-etl/nightly\t\n"));
  CHECK_FALSE(absl::StrContains(all, "odd"));
}

TEST_CASE("a daemon that does not answer, or refuses, offers nothing and keeps nobody waiting") {
  FakeDaemon daemon;
  FillCanned(&daemon);
  CHECK(Offered("127.0.0.1:1", {"explain", ""}).empty());
  CHECK(Offered("not an address", {"gangs", "--queue", ""}).empty());
  daemon.hangs = true;
  const absl::Time before = absl::Now();
  CHECK(Offered(daemon.url(), {"explain", ""}).empty());
  CHECK(absl::Now() - before < absl::Seconds(60));  // by itself, though it hangs for ever
  daemon.hangs = false;
  daemon.status = {grpc::StatusCode::PERMISSION_DENIED, "no"};
  CHECK(Offered(daemon.url(), {"explain", ""}).empty());
}

TEST_CASE("the scripts are what their golden files say") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = RunMuster({{"completion", shell}, {}});
    CHECK(outcome.code == 0);
    CheckGolden(absl::StrCat("completion-", shell), outcome.out);
  }
  CHECK(RunMuster({{"__complete", "queues", "--output=y"}, {}}).out == "--output=yaml\t\n");
  CHECK(RunMuster({{"__complete", "to"}, {}}).out == "top\tqueues and waiting gangs, live\n");
}

TEST_CASE("kubectl finds the completion of its plugin by the name of a program") {
  const Outcome outcome = RunMuster({{"gangs", "--na"}, {}, "/bin/kubectl_complete-muster"});
  // cobra's form: a directive behind the words; 0 lets the shell complete files where there are
  // none.
  CHECK(outcome.out == "--namespace\tonly of that namespace\n:0\n");
}

}  // namespace
}  // namespace muster::daemon::cli
