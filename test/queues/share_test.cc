// SPDX-License-Identifier: Apache-2.0
#include "queues/share.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "catch2/catch.hpp"
#include "test/model/dice.h"

namespace muster {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

int Order(const Share& a, const Share& b) {
  const std::strong_ordering order = Compare(a, b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

// 256-bit products digit by digit, slow and exact.
std::vector<uint64_t> Product(Uint128 a, Uint128 b) {
  std::vector<uint64_t> digits(8, 0);  // base 2^32, least first
  for (int i = 0; i < 4; ++i) {
    uint64_t carry = 0;
    for (int j = 0; j < 4; ++j) {
      const uint64_t x = static_cast<uint32_t>(a >> (32 * i));
      const uint64_t y = static_cast<uint32_t>(b >> (32 * j));
      const uint64_t sum = digits[static_cast<size_t>(i + j)] + x * y + carry;
      digits[static_cast<size_t>(i + j)] = sum & 0xffffffffu;
      carry = sum >> 32;
    }
    digits[static_cast<size_t>(i + 4)] += carry;
  }
  return {digits.rbegin(), digits.rend()};
}

std::strong_ordering Slow(const Share& a, const Share& b) {
  if (a.denominator == 0 || b.denominator == 0) {
    return (a.denominator == 0 ? 1 : 0) <=> (b.denominator == 0 ? 1 : 0);
  }
  return Product(static_cast<Uint128>(a.numerator), b.denominator) <=>
         Product(static_cast<Uint128>(b.numerator), a.denominator);
}

TEST_CASE("shares of every size are compared exactly") {
  test::Dice dice(7);
  const auto number = [&dice](int most_bits) {
    const int bits = dice.Between(1, most_bits);
    const Uint128 raw = (static_cast<Uint128>(dice.Next()) << 64) | dice.Next();
    return (raw & ((Uint128{1} << bits) - 1)) | (Uint128{1} << (bits - 1));
  };
  for (int i = 0; i < 200'000; ++i) {
    Share a{static_cast<int64_t>(number(63)), number(126)};
    Share b{static_cast<int64_t>(number(63)), number(126)};
    if (dice.OneIn(3)) b = a;
    if (dice.OneIn(4)) b.denominator += static_cast<Uint128>(dice.Between(0, 1));
    if (dice.OneIn(4)) b.numerator = std::max<int64_t>(0, a.numerator - dice.Between(0, 1));
    if (dice.OneIn(50)) a.denominator = 0;
    if (dice.OneIn(50)) a.numerator = 0;
    CAPTURE(i);
    REQUIRE((Compare(a, b) == Slow(a, b)));
    REQUIRE((Compare(b, a) == Slow(b, a)));
  }
}

TEST_CASE("the dominant share is the largest over the resources, divided by the weight") {
  const Amounts total{100, 1000, 50};
  CHECK(Order(DominantShare({10, 10, 1}, total, 1), Share{1, 10}) == 0);
  CHECK(Order(DominantShare({10, 500, 1}, total, 1), Share{1, 2}) == 0);
  CHECK(Order(DominantShare({10, 500, 1}, total, 5), Share{1, 10}) == 0);
  CHECK(Order(DominantShare({}, total, 1), Share{}) == 0);
  CHECK(Order(DominantShare({0, 0}, total, 1), Share{}) == 0);
}

TEST_CASE("who uses what the cluster has none of comes after everybody else") {
  const Share infinite = DominantShare({0, 0, 0, 1}, {100, 100, 100}, 1000);
  CHECK(Order(infinite, Share{kMax, 1}) > 0);
  CHECK(Order(infinite, DominantShare({1}, {0}, 1)) == 0);
  CHECK(Order(Share{}, infinite) < 0);
}

TEST_CASE("the largest weights and totals do not overflow") {
  const Share small = DominantShare({1}, {kMax}, kMax);
  const Share large = DominantShare({2}, {kMax}, kMax);
  CHECK(Order(small, large) < 0);
  CHECK(Order(DominantShare({kMax}, {1}, 1), large) > 0);
}

}  // namespace
}  // namespace muster
