// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/query.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace muster::daemon {
namespace {

int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// How many bytes the character that begins with `first` has in UTF-8; 0: none begins so.
size_t Length(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// Surrogates, overlong forms and what is beyond Unicode are told by the second byte.
bool IsText(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<uint8_t>(text[i]);
    const size_t length = Length(first);
    if (length == 0 || length > text.size() - i) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<uint8_t>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const uint8_t second = length > 1 ? static_cast<uint8_t>(text[i + 1]) : 0;
    if (first == 0xE0 && second < 0xA0) return false;
    if (first == 0xED && second > 0x9F) return false;
    if (first == 0xF0 && second < 0x90) return false;
    if (first == 0xF4 && second > 0x8F) return false;
    i += length;
  }
  return true;
}

bool Decode(absl::string_view from, std::string* to) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != '%') {
      to->push_back(from[i] == '+' ? ' ' : from[i]);
      continue;
    }
    if (i + 2 >= from.size()) return false;
    const int high = Digit(from[i + 1]);
    const int low = Digit(from[i + 2]);
    if (high < 0 || low < 0) return false;
    to->push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return IsText(*to);
}

}  // namespace

std::optional<Query> ParseQuery(absl::string_view text) {
  Query query;
  for (const absl::string_view part : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    std::pair<std::string, std::string> field;
    if (!Decode(part.substr(0, equals), &field.first)) return std::nullopt;
    if (equals != absl::string_view::npos && !Decode(part.substr(equals + 1), &field.second)) {
      return std::nullopt;
    }
    query.push_back(std::move(field));
  }
  return query;
}

}  // namespace muster::daemon
