// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/log.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <limits>

#include "scheduler/daemon/repeats.h"

namespace muster::daemon {
namespace {

TEST_CASE("a log line is one JSON object with time, level, message and fields") {
  const absl::Time at = absl::FromUnixMicros(1700000000123456);
  CHECK(FormatLine(at, LogLevel::kInfo, "gang started",
                   {{"gang", "team-a/etl"}, {"members", 20}, {"wait_seconds", 1.5}}) ==
        "{\"time\":\"2023-11-14T22:13:20.123456Z\",\"level\":\"info\",\"message\":\"gang started\","
        "\"gang\":\"team-a/etl\",\"members\":20,\"wait_seconds\":1.5}\n");
  CHECK(FormatLine(at, LogLevel::kError, "x", {{"share", std::numeric_limits<double>::infinity()}})
            .find("\"share\":null}") != std::string::npos);
}

TEST_CASE("text from outside can neither forge a line nor break the JSON") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"a\"b\\c", "\"a\\\"b\\\\c\""},
      {"a\nb\r\t", "\"a\\nb\\u000d\\u0009\""},
      {std::string("\0\x1b[31m\x7f", 7), "\"\\u0000\\u001b[31m\\u007f\""},
      {"caf\xC3\xA9", "\"caf\xC3\xA9\""},
      {"\xC3(", "\"\xEF\xBF\xBD(\""},
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"\xF4\x90", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
  };
  for (const auto& [text, json] : table) {
    std::string line;
    AppendJsonText(text, &line);
    CHECK(line == json);
  }
  std::string line;
  AppendJsonText(std::string(300000, 'x'), &line);
  CHECK(line.size() == Log::kLongestText + 5);
}

TEST_CASE("lines below the level are not written") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  Log log(ends[1], LogLevel::kWarning);
  log.Debug("no");
  log.Info("no");
  log.Warning("yes");
  close(ends[1]);
  char text[512];
  const ssize_t size = read(ends[0], text, sizeof(text));
  close(ends[0]);
  REQUIRE(size > 0);
  const std::string written(text, static_cast<size_t>(size));
  CHECK(written.find("\"level\":\"warning\",\"message\":\"yes\"") != std::string::npos);
  CHECK(written.find("no\"") == std::string::npos);
}

TEST_CASE("a trouble that repeats is logged at once, then once a period with its count") {
  Repeats repeats(absl::Minutes(1));
  absl::Time now = absl::UnixEpoch();
  int64_t left_out = -1;
  CHECK(repeats.Due("bind refused", now, &left_out));
  CHECK(left_out == 0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(repeats.Due("bind refused", now, &left_out));
  CHECK(repeats.Due("other", now, &left_out));
  now += absl::Minutes(1);
  CHECK(repeats.Due("bind refused", now, &left_out));
  CHECK(left_out == 1000);
}

TEST_CASE("a flood of different troubles stays bounded") {
  Repeats repeats(absl::Minutes(1));
  const absl::Time now = absl::UnixEpoch();
  int logged = 0;
  int64_t left_out = 0;
  for (int i = 0; i < 10000; ++i) logged += repeats.Due(std::to_string(i), now, &left_out) ? 1 : 0;
  CHECK(logged <= static_cast<int>(Repeats::kKeys) + 1);
  CHECK(repeats.Due("fresh", now + absl::Hours(1), &left_out));
}

}  // namespace
}  // namespace muster::daemon
