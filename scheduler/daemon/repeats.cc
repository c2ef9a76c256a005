// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/repeats.h"

#include <utility>

namespace muster::daemon {
namespace {

constexpr absl::string_view kOthers = "";

}  // namespace

bool Repeats::Due(absl::string_view key, absl::Time now, int64_t* left_out) {
  if (troubles_.size() >= kKeys && troubles_.count(std::string(key)) == 0) {
    for (auto it = troubles_.begin(); it != troubles_.end();) {
      it = now - it->second.logged >= 2 * period_ ? troubles_.erase(it) : std::next(it);
    }
    if (troubles_.size() >= kKeys) key = kOthers;
  }
  Trouble& trouble = troubles_[std::string(key)];
  if (now - trouble.logged < period_) {
    ++trouble.left_out;
    return false;
  }
  *left_out = std::exchange(trouble.left_out, 0);
  trouble.logged = now;
  return true;
}

}  // namespace muster::daemon
