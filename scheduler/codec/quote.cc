// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/quote.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the valid UTF-8 sequence that starts at text[at], or 0. Overlong forms and surrogates
// are left to pass: the result is shown, not decoded.
size_t SequenceLength(absl::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead > 0xF4 || length == 0 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[at + i])) return 0;
  }
  return length;
}

size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Clipped(absl::string_view text, size_t limit) {
  std::string out;
  size_t at = 0;
  while (at < text.size() && at < limit) {
    const size_t length = SequenceLength(text, at);
    const absl::string_view piece = text.substr(at, std::max<size_t>(length, 1));
    if (length > 1) {
      absl::StrAppend(&out, piece);
    } else {
      absl::StrAppend(&out, absl::CHexEscape(piece));
    }
    at += piece.size();
  }
  if (at < text.size()) absl::StrAppend(&out, "...");
  return out;
}

std::string Quoted(absl::string_view text, size_t limit) {
  return absl::StrCat("\"", Clipped(text, limit), "\"");
}

std::string NearestWord(absl::string_view word, const std::vector<absl::string_view>& candidates) {
  constexpr size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return "";
  const std::string lower = absl::AsciiStrToLower(word);
  size_t best = word.size() <= 3 ? 2 : 3;  // exclusive
  std::string nearest;
  for (absl::string_view candidate : candidates) {
    const size_t distance = Distance(lower, absl::AsciiStrToLower(candidate));
    if (distance < best) {
      best = distance;
      nearest = std::string(candidate);
    }
  }
  return nearest;
}

}  // namespace muster::codec
