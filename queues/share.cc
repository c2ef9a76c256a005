// SPDX-License-Identifier: Apache-2.0
#include "queues/share.h"

namespace muster {

namespace {

std::strong_ordering CompareFractions(Uint128 a, Uint128 b, Uint128 c, Uint128 d) {
  // a/b ? c/d by the continued fraction: compare whole parts, then the inverted remainders.
  bool inverted = false;
  while (true) {
    const Uint128 p = a / b;
    const Uint128 q = c / d;
    std::strong_ordering order = p <=> q;
    const Uint128 ra = a - p * b;
    const Uint128 rc = c - q * d;
    if (order == 0 && (ra == 0 || rc == 0)) order = ra <=> rc;  // at most one is not zero, or both
    if (order != 0 || (ra == 0 && rc == 0)) {
      return inverted ? 0 <=> order : order;
    }
    a = b;
    b = ra;
    c = d;
    d = rc;
    inverted = !inverted;
  }
}

}  // namespace

std::strong_ordering Compare(const Share& a, const Share& b) {
  if (a.denominator == 0 || b.denominator == 0) {
    return (a.denominator == 0) <=> (b.denominator == 0);
  }
  constexpr Uint128 kSmall = Uint128{1} << 64;
  if (a.denominator < kSmall && b.denominator < kSmall) {
    return static_cast<Uint128>(a.numerator) * b.denominator <=>
           static_cast<Uint128>(b.numerator) * a.denominator;
  }
  return CompareFractions(static_cast<Uint128>(a.numerator), a.denominator,
                          static_cast<Uint128>(b.numerator), b.denominator);
}

Share DominantShare(const Amounts& amounts, const Amounts& total, int64_t weight) {
  LargestPart largest;
  for (size_t i = 0; i < amounts.size(); ++i) largest.Add(amounts[i], AmountAt(total, i));
  return largest.Weighted(weight);
}

// Three roundings of at most 2^-53 each.
double ToDouble(const Share& share) {
  if (share.denominator == 0) return 1e9;
  const auto low = static_cast<uint64_t>(share.denominator);
  const double denominator =
      share.denominator == low ? static_cast<double>(low) : static_cast<double>(share.denominator);
  return static_cast<double>(share.numerator) / denominator;
}

}  // namespace muster
