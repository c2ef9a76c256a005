// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/check_config.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

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

}  // namespace
}  // namespace muster::daemon
