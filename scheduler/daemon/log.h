// SPDX-License-Identifier: Apache-2.0
// The log: one JSON object a line, one write(2) a line, so that lines of several threads never mix.
//
//   log.Info("gang started", {{"gang", name}, {"wait_seconds", 1.5}});
//   {"time":"2026-11-23T14:09:00.123456Z","level":"info","message":"gang started",...}
//
// Thread-safe. Text from outside is escaped and cut, so that no input forges a line or makes one
// longer than kLongestText. A write that fails is dropped: the scheduler does not stop for its log.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::daemon {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
absl::string_view Name(LogLevel level);

class LogField {
 public:
  LogField(absl::string_view name, absl::string_view text) : name_(name), value_(text) {}
  LogField(absl::string_view name, const char* text) : LogField(name, absl::string_view(text)) {}
  LogField(absl::string_view name, const std::string& text)
      : LogField(name, absl::string_view(text)) {}
  LogField(absl::string_view name, double number) : name_(name), value_(number) {}
  template <typename Number, std::enable_if_t<std::is_integral_v<Number>, int> = 0>
  LogField(absl::string_view name, Number number)
      : name_(name), value_(static_cast<int64_t>(number)) {}

  void AppendTo(std::string* line) const;

 private:
  absl::string_view name_;
  std::variant<absl::string_view, int64_t, double> value_;
};

using LogFields = std::initializer_list<LogField>;

class Log {
 public:
  static constexpr size_t kLongestText = 4096;

  // Writes lines of at least `least` to `fd`, which it does not own.
  Log(int fd, LogLevel least) : fd_(fd), least_(least) {}

  bool Wants(LogLevel level) const { return level >= least_; }
  void Write(LogLevel level, absl::string_view message, LogFields fields = {});

  void Debug(absl::string_view m, LogFields f = {}) { Write(LogLevel::kDebug, m, f); }
  void Info(absl::string_view m, LogFields f = {}) { Write(LogLevel::kInfo, m, f); }
  void Warning(absl::string_view m, LogFields f = {}) { Write(LogLevel::kWarning, m, f); }
  void Error(absl::string_view m, LogFields f = {}) { Write(LogLevel::kError, m, f); }

 private:
  const int fd_;
  const LogLevel least_;
};

// The line that Write sends, with its newline.
std::string FormatLine(absl::Time now, LogLevel level, absl::string_view message, LogFields fields);

// `text` as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void AppendJsonText(absl::string_view text, std::string* line);

}  // namespace muster::daemon
