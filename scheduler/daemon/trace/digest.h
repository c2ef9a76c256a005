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

// Of every field of every verdict. Thousands share a reason, and most reasons are those of the plan
// before, so that each is read once.
class VerdictDigest {
 public:
  Digest Of(const std::vector<Verdict>& verdicts);

 private:
  struct Known {
    SharedReason reason;  // kept, so that no other one comes to have its address
    Digest digest;
  };
  const Digest& DigestOf(const SharedReason& reason);

  std::string bytes_;
  std::vector<Known> known_;  // by address, the latest
};

}  // namespace muster::daemon
