// SPDX-License-Identifier: Apache-2.0
// The bound that tells shortage from fragmentation, against all sets of roles.
#include "scheduler/cycle/shortage.h"

#include <map>

#include "catch2/catch.hpp"
#include "test/model/dice.h"

namespace muster::test {
namespace {

TEST_CASE("who lacks most is who lacks most of all sets of roles; of equals the largest set") {
  int lacking = 0, enough = 0, partial = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const int parts = dice.Between(1, 5);
    std::vector<int64_t> needs;
    for (int i = 0; i < parts; ++i) needs.push_back(dice.OneIn(4) ? 0 : dice.Between(1, 9));
    std::map<PoolColumns::Mask, int64_t> sums;
    for (int i = dice.Between(0, 6); i > 0; --i) {
      sums[static_cast<PoolColumns::Mask>(dice.Between(1, (1 << parts) - 1))] += dice.Between(0, 9);
    }
    int64_t most = 0;
    size_t largest = 0;
    for (size_t set = 1; set < size_t{1} << parts; ++set) {
      int64_t lack = 0;
      for (int i = 0; i < parts; ++i) lack += (set >> i & 1) != 0 ? needs[i] : 0;
      for (const auto& [mask, amount] : sums) lack -= (mask & set) != 0 ? amount : 0;
      if (lack > most) largest = 0;
      most = std::max(most, lack);
      if (lack == most && most > 0) largest |= set;  // of two such sets both together lack as much
    }
    const auto lack = LargestLack(needs, {sums.begin(), sums.end()});
    REQUIRE(lack.has_value() == (most > 0));
    ++(most > 0 ? lacking : enough);
    if (!lack.has_value()) continue;
    REQUIRE(lack->need - lack->have == most);
    bool whole = true;
    for (int i = 0; i < parts; ++i) {
      const bool named = needs[i] > 0 && (largest >> i & 1) != 0;
      REQUIRE(lack->parts[i] == named);
      whole = whole && (named || needs[i] == 0);
    }
    REQUIRE(lack->whole == whole);
    partial += whole ? 0 : 1;
  }
  CHECK(lacking > 500);
  CHECK(enough > 500);
  CHECK(partial > 200);
}

TEST_CASE("amounts beyond what a flow may carry are still compared") {
  const int64_t huge = kUnlimited;
  CHECK(LargestLack({huge}, {{1, huge - 1}}).has_value());
  CHECK(!LargestLack({huge}, {{1, huge}}).has_value());
  CHECK(LargestLack({huge, 5}, {{1, 7}, {3, 9}}).has_value());
  CHECK(LargestLack({3, 5}, {{1, huge}, {2, 4}})->need == 5);
}

}  // namespace
}  // namespace muster::test
