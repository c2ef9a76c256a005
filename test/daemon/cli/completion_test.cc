// SPDX-License-Identifier: Apache-2.0
// Completion as shells ask for it: a real bash completes real lines; what zsh and fish are given is
// in golden files, and the words that all three ask for are the same.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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
