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

void RaiseShare(int64_t amount, int64_t whole, int64_t weight, Share* best) {
  if (amount <= 0) return;
  const Share share =
      whole <= 0 ? Share{amount, 0}
                 : Share{amount, static_cast<Uint128>(whole) * static_cast<Uint128>(weight)};
  if (Compare(share, *best) > 0) *best = share;
}

Share DominantShare(const Amounts& amounts, const Amounts& total, int64_t weight) {
  Share best;
  for (size_t i = 0; i < amounts.size(); ++i) {
    RaiseShare(amounts[i], AmountAt(total, i), weight, &best);
  }
  return best;
}

double ToDouble(const Share& share) {
  if (share.denominator == 0) return 1e9;
  return static_cast<double>(share.numerator) / static_cast<double>(share.denominator);
}

}  // namespace muster
