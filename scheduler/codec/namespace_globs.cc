// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/namespace_globs.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr size_t kLongest = 63;

bool IsWild(absl::string_view glob) { return glob.find_first_of("*?") != glob.npos; }

// Cheap and right for most pairs: the plain text before the first wildcard must agree.
bool PrefixesAgree(absl::string_view a, absl::string_view b) {
  const size_t plain = std::min({a.find_first_of("*?"), b.find_first_of("*?"), a.size(), b.size()});
  return a.substr(0, plain) == b.substr(0, plain);
}

void Report(const NamespaceClaim& later, const NamespaceClaim& earlier) {
  const Mark mark = earlier.field.node().mark;
  later.field.Error(absl::StrCat(
      "namespace ", Quoted(later.glob), " of queue ", later.queue, " overlaps ",
      Quoted(earlier.glob), " of queue ", earlier.queue, " (line ", mark.line,
      "); expected each namespace to belong to one queue"));
}

}  // namespace

bool IsNamespaceGlob(absl::string_view glob) {
  const auto good = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '*' || c == '?';
  };
  return !glob.empty() && glob.size() <= kLongest && std::all_of(glob.begin(), glob.end(), good);
}

bool GlobsMeet(absl::string_view a, absl::string_view b) {
  // meets[j]: the rest of `a` from i and the rest of `b` from j have a text in common.
  std::vector<char> meets(b.size() + 1), below(b.size() + 1);
  for (size_t i = a.size() + 1; i-- > 0;) {
    meets.swap(below);
    for (size_t j = b.size() + 1; j-- > 0;) {
      const bool a_star = i < a.size() && a[i] == '*';
      const bool b_star = j < b.size() && b[j] == '*';
      bool result = i == a.size() && j == b.size();
      // A star stands for nothing, or swallows what the other pattern asks for next.
      if (a_star) result = result || below[j] || (j < b.size() && meets[j + 1]);
      if (b_star) result = result || meets[j + 1] || (i < a.size() && below[j]);
      if (!a_star && !b_star && i < a.size() && j < b.size()) {
        result = (a[i] == '?' || b[j] == '?' || a[i] == b[j]) && below[j + 1];
      }
      meets[j] = result;
    }
  }
  return meets[0];
}

void ReportOverlaps(const std::vector<NamespaceClaim>& claims) {
  std::map<std::string, const NamespaceClaim*> plain;
  std::vector<const NamespaceClaim*> wild;
  for (const NamespaceClaim& claim : claims) {
    if (IsWild(claim.glob)) {
      wild.push_back(&claim);
      continue;
    }
    const auto [at, fresh] = plain.emplace(claim.glob, &claim);
    if (!fresh && at->second->queue != claim.queue) Report(claim, *at->second);
  }
  for (const NamespaceClaim* claim : wild) {
    for (const NamespaceClaim& other : claims) {
      const bool pair_seen = IsWild(other.glob) && &other >= claim;
      if (pair_seen || other.queue == claim->queue) continue;
      if (!PrefixesAgree(claim->glob, other.glob) || !GlobsMeet(claim->glob, other.glob)) continue;
      const bool other_first = &other < claim;
      Report(other_first ? *claim : other, other_first ? other : *claim);
    }
  }
}

}  // namespace muster::codec
