// SPDX-License-Identifier: Apache-2.0
// How long to wait before trying again: doubling from `first` to `cap`, with jitter so that many
// clients of a server that comes back do not return in one burst. A server's Retry-After is a
// floor.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace muster::kube {

class Backoff {
 public:
  // Two back-offs of unlike seeds are out of step; of equal seeds, equal.
  Backoff(absl::Duration first, absl::Duration cap, uint64_t seed)
      : first_(first), cap_(cap), next_(first), state_(seed) {}

  // Between a half and the whole of the current step, at least `floor`.
  absl::Duration Next(absl::Duration floor = absl::ZeroDuration()) {
    const absl::Duration step = next_;
    next_ = std::min(next_ * 2, cap_);
    const int64_t permille = 500 + static_cast<int64_t>(Random() % 501);
    return std::max(floor, step / 1000 * permille);
  }
  void Reset() { next_ = first_; }

 private:
  // splitmix64 (Steele, Lea, Flood 2014).
  uint64_t Random() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  absl::Duration first_;
  absl::Duration cap_;
  absl::Duration next_;
  uint64_t state_;
};

}  // namespace muster::kube
