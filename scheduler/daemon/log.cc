// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/log.h"

#include <unistd.h>

#include <cerrno>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace muster::daemon {
namespace {

// Length of the UTF-8 sequence that begins `text`, or 0 where it is malformed.
size_t SequenceLength(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

void AppendAscii(char c, std::string* line) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    line->push_back('\\');
    line->push_back(c);
  } else if (c == '\n') {
    line->append("\\n");
  } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    line->append("\\u00");
    line->push_back(kHex[(c >> 4) & 0xF]);
    line->push_back(kHex[c & 0xF]);
  } else {
    line->push_back(c);
  }
}

}  // namespace

absl::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: break;
  }
  return "error";
}

void AppendJsonText(absl::string_view text, std::string* line) {
  const bool cut = text.size() > Log::kLongestText;
  if (cut) text = text.substr(0, Log::kLongestText);
  line->push_back('"');
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 1) {
      AppendAscii(text[0], line);
    } else if (length > 1) {
      line->append(text.data(), length);
    } else {
      line->append("\xEF\xBF\xBD");
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  if (cut) line->append("...");
  line->push_back('"');
}

void LogField::AppendTo(std::string* line) const {
  line->push_back(',');
  AppendJsonText(name_, line);
  line->push_back(':');
  if (const auto* text = std::get_if<absl::string_view>(&value_)) {
    AppendJsonText(*text, line);
  } else if (const auto* number = std::get_if<int64_t>(&value_)) {
    absl::StrAppend(line, *number);
  } else if (const double real = std::get<double>(value_); std::isfinite(real)) {
    absl::StrAppend(line, real);
  } else {
    line->append("null");
  }
}

std::string FormatLine(absl::Time now, LogLevel level, absl::string_view message,
                       LogFields fields) {
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", now, absl::UTCTimeZone()),
      "\",\"level\":\"", Name(level), "\",\"message\":");
  AppendJsonText(message, &line);
  for (const LogField& field : fields) field.AppendTo(&line);
  line.append("}\n");
  return line;
}

void Log::Write(LogLevel level, absl::string_view message, LogFields fields) {
  if (!Wants(level)) return;
  const std::string line = FormatLine(absl::Now(), level, message, fields);
  absl::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t wrote = write(fd_, rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;
    rest.remove_prefix(static_cast<size_t>(wrote));
  }
}

}  // namespace muster::daemon
