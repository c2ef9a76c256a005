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

// One resource of it: `best` becomes amount / whole / weight where that is more.
void RaiseShare(int64_t amount, int64_t whole, int64_t weight, Share* best);

// For people only.
double ToDouble(const Share& share);

}  // namespace muster
