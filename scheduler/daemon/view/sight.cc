// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/sight.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "simdjson.h"

namespace muster::daemon {
namespace {

bool OfName(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; }

bool IsNamespace(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '-') return false;
  }
  return !text.empty();
}

// The end of the word of names and slashes that begins at `at`.
size_t EndOfWord(absl::string_view text, size_t at) {
  while (at < text.size() && (OfName(text[at]) || text[at] == '/')) ++at;
  return at;
}

}  // namespace

std::string Veiled(absl::string_view text, const Sight& sight) {
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    std::string ascii(text);
    std::replace_if(
        ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) != 0; }, '?');
    return Veiled(ascii, sight);
  }
  if (!sight.namespaces.has_value()) return std::string(text);
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = EndOfWord(text, at);
    const absl::string_view word = text.substr(at, end - at);
    const size_t slash = word.find('/');
    const bool named = slash != absl::string_view::npos && slash + 1 < word.size() &&
                       IsNamespace(word.substr(0, slash));
    if (named && !sight.Sees(std::string(word.substr(0, slash)))) {
      out.append(kSomebody.data(), kSomebody.size());
    } else {
      out.append(word.data(), word.size());
    }
    at = end;
    if (at < text.size()) out.push_back(text[at++]);
  }
  return out;
}

bool IsWithin(absl::string_view queue, absl::string_view under) {
  if (under.empty() || queue == under) return true;
  return absl::StartsWith(queue, under) && queue[under.size()] == '.';
}

}  // namespace muster::daemon
