// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/check_config.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "test/daemon/cli/command.h"

namespace muster::daemon {
namespace {

// The exit code of `muster check` on a file of that text.
int Check(const std::string& text) {
  std::string name = (std::filesystem::temp_directory_path() / "muster-check-XXXXXX").string();
  close(mkstemp(name.data()));
  std::ofstream(name) << text;
  const int code = CheckConfig({name});
  std::filesystem::remove(name);
  return code;
}

TEST_CASE("check accepts a good config, refuses a bad one, and tells a wrong call from both") {
  CHECK(Check("queues:\n- name: etl\n  queues:\n  - name: nightly\n") == 0);
  CHECK(Check("queues:\n- name: etl\n  wieght: 3\n") == 1);
  CHECK(Check("queues: [") == 1);
  CHECK(CheckConfig({"/no/such/file.yaml"}) == kUsageError);
  CHECK(CheckConfig({}) == kUsageError);
  CHECK(CheckConfig({"a", "b"}) == kUsageError);
  CHECK(CheckConfig({"--strict", "a"}) == kUsageError);
  CHECK(CheckConfig({"--help"}) == 0);
}

// "check new.yaml --against state.yaml", as a user runs it; files are named as in their folder.
cli::Outcome Preview(const std::string& config, const std::string& state,
                     const std::vector<std::string>& more = {}) {
  const std::string folder = absl::StrCat(MUSTER_SOURCE_DIR, "/test/daemon/golden/");
  const auto path = [&](const std::string& name) { return name[0] == '/' ? name : folder + name; };
  std::vector<std::string> arguments = {"check", path(config), "--against", path(state)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  cli::Outcome outcome = cli::RunMuster({arguments, {}});
  absl::StrReplaceAll({{folder, ""}}, &outcome.out);
  absl::StrReplaceAll({{folder, ""}}, &outcome.err);
  return outcome;
}

TEST_CASE("what a config changes is told as text, JSON and YAML, alone on stdout") {
  const cli::Outcome text = Preview("new.yaml", "state.yaml");
  CHECK(text.code == 0);
  CHECK(absl::StartsWith(text.out, "ok: 2 queues\n\nwhat new.yaml changes at once"));
  for (const char* form : {"json", "yaml"}) {
    const cli::Outcome outcome = Preview("new.yaml", "state.yaml", {"-o", form});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    cli::CheckGolden(absl::StrCat("check-", form), outcome.out);
  }
}

TEST_CASE("a preview of what cannot be previewed is a sentence and an exit code") {
  std::string other = (std::filesystem::temp_directory_path() / "muster-check-XXXXXX").string();
  close(mkstemp(other.data()));
  std::ofstream(other) << "version: 2\nnodes: []\n";
  const cli::Outcome version = Preview("new.yaml", other, {"-o", "json"});
  CHECK(version.code == kUsageError);
  CHECK(version.err == other + ":1:10: version: is another version of this format; expected 1\n");
  CHECK(version.out.empty());
  std::filesystem::remove(other);
  const cli::Outcome missing = Preview("new.yaml", "none.yaml");
  CHECK(missing.code == kUsageError);
  CHECK(absl::StrContains(missing.err, "none.yaml"));
  const cli::Outcome bad = Preview("state.yaml", "state.yaml", {"-o", "json"});
  CHECK(bad.code == 1);
  CHECK(bad.out.empty());
  CHECK(absl::StrContains(bad.err, "state.yaml:"));
  const cli::Outcome alone = cli::RunMuster({{"check", "new.yaml", "-o", "json"}, {}});
  CHECK(alone.code == kUsageError);
  CHECK(alone.err == "muster: --output: expected --against with it\n");
}

}  // namespace
}  // namespace muster::daemon
