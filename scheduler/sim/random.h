// SPDX-License-Identifier: Apache-2.0
// The simulator's only source of chance: splitmix64 (Steele, Lea and Flood 2014, in the public
// domain form by Vigna). The library's distributions are left alone: their results differ between
// standard libraries, and the same seed must give the same bytes everywhere.
#pragma once

#include <cstdint>

#include "absl/numeric/int128.h"
#include "absl/time/time.h"

namespace muster::sim {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [low, high].
  int64_t Between(int64_t low, int64_t high) {
    const uint64_t span = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(absl::Uint128High64(absl::uint128(Next()) * span));
  }
  absl::Duration Between(absl::Duration low, absl::Duration high) {
    return absl::Microseconds(
        Between(absl::ToInt64Microseconds(low), absl::ToInt64Microseconds(high)));
  }
  bool Percent(int64_t chance) { return Between(1, 100) <= chance; }
  // A generator of its own, so that what one part draws does not shift what another does.
  Random Fork() { return Random(Next()); }

 private:
  uint64_t state_;
};

}  // namespace muster::sim
