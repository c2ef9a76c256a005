// SPDX-License-Identifier: Apache-2.0
// A queue's dominant share: the largest over all resources of amount / total, divided by the
// queue's weight. An exact fraction; never floating point, so that two daemons order queues alike.
// Source: Ghodsi et al., "Dominant Resource Fairness", NSDI 2011 (weighted form, §4.3).
#pragma once

#include <compare>
#include <cstdint>

#include "scheduler/model/amounts.h"

namespace muster {

// The compiler's own 128-bit integer: absl's is a class without constant cost here.
__extension__ typedef unsigned __int128 Uint128;

struct Share {
  // 0 <= numerator, 0 < denominator. Infinite (denominator 0): uses what the cluster has none of.
  int64_t numerator = 0;
  Uint128 denominator = 1;
};

// Exact for all values: 128-bit cross products where they fit, else long division of both.
std::strong_ordering Compare(const Share& a, const Share& b);

// `weight` >= 1. Columns beyond `total`'s size count as a total of zero.
Share DominantShare(const Amounts& amounts, const Amounts& total, int64_t weight);

// The same, resource by resource.
class LargestPart {
 public:
  void Add(int64_t amount, int64_t whole) {
    if (amount <= 0) return;
    whole = whole < 0 ? 0 : whole;  // of what there is none, any amount is infinite
    if (Product(amount, whole_) <= Product(amount_, whole)) return;
    amount_ = amount;
    whole_ = whole;
  }
  Share Weighted(int64_t weight) const {
    return {amount_, static_cast<Uint128>(whole_) * static_cast<Uint128>(weight)};
  }

 private:
  static Uint128 Product(int64_t a, int64_t b) {
    return static_cast<Uint128>(a) * static_cast<Uint128>(b);
  }
  int64_t amount_ = 0;
  int64_t whole_ = 1;
};

// For people, and to tell shares apart that are not close: within kNear of the exact one, relative
// to it, but for an infinite one.
double ToDouble(const Share& share);
inline constexpr double kNear = 1e-15;

}  // namespace muster
