// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/properties.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

void SkipBlanks(absl::string_view* text) {
  while (!text->empty() && IsBlank(text->front())) text->remove_prefix(1);
}

// Hands out logical lines: comments and empty lines left out, continuations joined.
class LineReader {
 public:
  explicit LineReader(absl::string_view text) : rest_(text) {}

  // False at the end of the text.
  bool Next(std::string* line) {
    line->clear();
    while (!rest_.empty()) {
      start_ = number_;
      SkipBlanks(&rest_);
      const bool comment = !rest_.empty() && (rest_[0] == '#' || rest_[0] == '!');
      if (comment) {
        TakeNatural();
        continue;
      }
      bool goes_on = AppendNatural(line);
      while (goes_on && !rest_.empty()) {
        SkipBlanks(&rest_);
        goes_on = AppendNatural(line);
      }
      if (!line->empty()) return true;
    }
    return false;
  }

  size_t line_number() const { return start_; }

 private:
  // The rest of the natural line, without its end, which is consumed ("\r\n" counts as one).
  absl::string_view TakeNatural() {
    size_t length = 0;
    while (length < rest_.size() && !IsLineEnd(rest_[length])) ++length;
    const absl::string_view line = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (!rest_.empty()) {
      rest_.remove_prefix(rest_.substr(0, 2) == "\r\n" ? 2 : 1);
      ++number_;
    }
    return line;
  }

  // True where the line ends with an odd number of backslashes, the last of which is dropped.
  bool AppendNatural(std::string* line) {
    absl::string_view natural = TakeNatural();
    size_t backslashes = 0;
    while (backslashes < natural.size() && natural[natural.size() - 1 - backslashes] == '\\') {
      ++backslashes;
    }
    const bool goes_on = backslashes % 2 == 1;
    if (goes_on) natural.remove_suffix(1);
    line->append(natural.data(), natural.size());
    return goes_on;
  }

  absl::string_view rest_;
  size_t number_ = 1;
  size_t start_ = 1;
};

void AppendUtf8(uint32_t code, std::string* out) {
  const auto tail = [out, code](int shift) {
    out->push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
  };
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    tail(0);
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The four hex digits after "\u" at the front of `text`.
std::optional<uint32_t> HexUnit(absl::string_view text) {
  if (text.size() < 4) return std::nullopt;
  uint32_t unit = 0;
  for (char c : text.substr(0, 4)) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isxdigit(byte)) return std::nullopt;
    const int digit = c <= '9' ? c - '0' : absl::ascii_tolower(byte) - 'a' + 10;
    unit = unit * 16 + static_cast<uint32_t>(digit);
  }
  return unit;
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Reads what follows "\u" and drops it from `text`; false where four hex digits are missing.
bool TakeUnicode(absl::string_view* text, std::string* out) {
  constexpr uint32_t kReplacement = 0xFFFD;  // of half a pair, which UTF-8 cannot hold
  const std::optional<uint32_t> unit = HexUnit(*text);
  if (!unit.has_value()) return false;
  text->remove_prefix(4);
  uint32_t code = *unit;
  if (IsHighSurrogate(code) && text->substr(0, 2) == "\\u") {
    const std::optional<uint32_t> low = HexUnit(text->substr(2));
    if (low.has_value() && IsLowSurrogate(*low)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
      text->remove_prefix(6);
    }
  }
  AppendUtf8(code >= 0xD800 && code < 0xE000 ? kReplacement : code, out);
  return true;
}

std::optional<std::string> Unescape(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c != '\\' || text.empty()) {
      if (c != '\\') out.push_back(c);
      continue;
    }
    c = text.front();
    text.remove_prefix(1);
    if (c == 'u') {
      if (!TakeUnicode(&text, &out)) return std::nullopt;
      continue;
    }
    out.push_back(c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 'f' ? '\f' : c);
  }
  return out;
}

// Cuts a logical line into key and value, both still escaped.
std::pair<absl::string_view, absl::string_view> Split(absl::string_view line) {
  size_t end = 0;
  bool escaped = false;
  for (; end < line.size(); ++end) {
    const char c = line[end];
    if (!escaped && (c == '=' || c == ':' || IsBlank(c))) break;
    escaped = c == '\\' && !escaped;
  }
  absl::string_view value = line.substr(end);
  SkipBlanks(&value);
  if (!value.empty() && (value[0] == '=' || value[0] == ':')) {
    value.remove_prefix(1);
    SkipBlanks(&value);
  }
  return {line.substr(0, end), value};
}

}  // namespace

absl::StatusOr<Properties> ParseProperties(absl::string_view text) {
  Properties properties;
  LineReader reader(text);
  std::string line;
  while (reader.Next(&line)) {
    const auto [raw_key, raw_value] = Split(line);
    std::optional<std::string> key = Unescape(raw_key);
    std::optional<std::string> value = Unescape(raw_value);
    if (!key.has_value() || !value.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", reader.line_number(), ": expected four hex digits after \\u"));
    }
    properties[*std::move(key)] = *std::move(value);
  }
  return properties;
}

}  // namespace muster::codec
