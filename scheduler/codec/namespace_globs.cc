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

void Report(const NamespaceClaim& later, const NamespaceClaim& earlier) {
  const Mark mark = earlier.field.node().mark;
  later.field.Error(absl::StrCat("namespace ", Quoted(later.glob), " of queue ", later.queue,
                                 " overlaps ", Quoted(earlier.glob), " of queue ", earlier.queue,
                                 " (line ", mark.line,
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
  if (a.find('*') == a.npos && b.find('*') == b.npos) {
    // Nothing to search for: character by character.
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
             return x == y || x == '?' || y == '?';
           });
  }
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

namespace {

// Patterns in the order of what they have for sure at one end: before the first wildcard, or after
// the last one, read backwards. Two patterns can meet only where one's is the beginning of the
// other's.
class Ends {
 public:
  explicit Ends(bool backwards) : backwards_(backwards) {}

  std::string Of(absl::string_view glob) const {
    if (!backwards_) return std::string(glob.substr(0, glob.find_first_of("*?")));
    const size_t wild = glob.find_last_of("*?");
    const absl::string_view end = wild == glob.npos ? glob : glob.substr(wild + 1);
    return std::string(end.rbegin(), end.rend());
  }

  void Add(const NamespaceClaim& claim) { claims_[Of(claim.glob)].push_back(&claim); }

  // The first found that meets the claim and is another queue's. `longer`: also those whose end is
  // longer than the claim's.
  const NamespaceClaim* Meeting(const NamespaceClaim& claim, bool longer) const {
    const std::string end = Of(claim.glob);
    for (size_t length = 0; length < end.size(); ++length) {
      auto found = claims_.find(end.substr(0, length));
      if (found == claims_.end()) continue;
      if (const NamespaceClaim* other = MeetingIn(found->second, claim)) return other;
    }
    for (auto at = claims_.lower_bound(end); at != claims_.end(); ++at) {
      if (at->first.compare(0, end.size(), end) != 0) break;
      if (at->first.size() > end.size() && !longer) break;
      if (const NamespaceClaim* other = MeetingIn(at->second, claim)) return other;
    }
    return nullptr;
  }

 private:
  static const NamespaceClaim* MeetingIn(const std::vector<const NamespaceClaim*>& others,
                                         const NamespaceClaim& claim) {
    for (const NamespaceClaim* other : others) {
      if (other->queue != claim.queue && GlobsMeet(other->glob, claim.glob)) return other;
    }
    return nullptr;
  }

  const bool backwards_;
  std::map<std::string, std::vector<const NamespaceClaim*>> claims_;
};

}  // namespace

void ReportOverlaps(const std::vector<NamespaceClaim>& claims) {
  // Those with wildcards stand where their end is the longer one, those without in both places.
  Ends wild_fronts(false), wild_backs(true), plain_fronts(false), plain_backs(true);
  for (const NamespaceClaim& claim : claims) {
    const bool wild = IsWild(claim.glob);
    const bool by_front = wild_fronts.Of(claim.glob).size() >= wild_backs.Of(claim.glob).size();
    const NamespaceClaim* other = wild_fronts.Meeting(claim, wild);
    if (other == nullptr) other = wild_backs.Meeting(claim, wild);
    const Ends& plain = by_front ? plain_fronts : plain_backs;
    if (other == nullptr) other = plain.Meeting(claim, wild);
    if (other != nullptr) Report(claim, *other);
    if (wild) {
      (by_front ? wild_fronts : wild_backs).Add(claim);
    } else {
      plain_fronts.Add(claim);
      plain_backs.Add(claim);
    }
  }
}

}  // namespace muster::codec
