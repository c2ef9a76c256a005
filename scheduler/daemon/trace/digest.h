// SPDX-License-Identifier: Apache-2.0
// Fingerprints of what a trace does not write out (XXH3, stable over machines and versions).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/model/plan.h"

namespace muster::daemon {

uint64_t Hash64(absl::string_view bytes);

struct Digest {
  uint64_t high = 0;
  uint64_t low = 0;
  friend bool operator==(const Digest&, const Digest&) = default;
};
// Thirty-two hexadecimal digits.
std::string ToString(const Digest& digest);

// Of every field of every verdict; `scratch` is only there to be used again.
Digest DigestOf(const std::vector<Verdict>& verdicts, std::string* scratch);

}  // namespace muster::daemon
