// SPDX-License-Identifier: Apache-2.0
// Bounds how often the same trouble is logged: the first time at once, then at most once a period
// with the number of those left out, so that a fault that repeats a thousand times a second neither
// floods the log nor is forgotten. At most kKeys troubles are told apart; later ones share a place.
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::daemon {

class Repeats {
 public:
  static constexpr size_t kKeys = 256;

  explicit Repeats(absl::Duration period) : period_(period) {}

  // Whether to log now; `left_out` is then how many were not since the last time.
  bool Due(absl::string_view key, absl::Time now, int64_t* left_out);

 private:
  struct Trouble {
    absl::Time logged = absl::InfinitePast();
    int64_t left_out = 0;
  };

  const absl::Duration period_;
  std::map<std::string, Trouble, std::less<>> troubles_;
};

}  // namespace muster::daemon
