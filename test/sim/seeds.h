// SPDX-License-Identifier: Apache-2.0
// Which seeds a test of random worlds runs: MUSTER_SEEDS=N the first N, MUSTER_SEED=S that alone.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace muster::sim {

struct Seeds {
  uint64_t first = 1;
  uint64_t last = 1;
  bool one = false;  // what holds of many in sum is not asked of it
};

inline uint64_t NumberFromEnvironment(const char* name, uint64_t absent) {
  const char* text = std::getenv(name);
  uint64_t value = absent;
  if (text != nullptr) REQUIRE(absl::SimpleAtoi(text, &value));
  return value;
}

inline Seeds SeedsToRun(uint64_t usual) {
  const uint64_t only = NumberFromEnvironment("MUSTER_SEED", 0);
  if (only != 0) return {only, only, true};
  return {1, NumberFromEnvironment("MUSTER_SEEDS", usual), false};
}

}  // namespace muster::sim
