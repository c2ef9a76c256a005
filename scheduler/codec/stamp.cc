// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/stamp.h"

#include "absl/strings/str_cat.h"
#include "scheduler/codec/rfc3339.h"

namespace muster::codec {

std::vector<std::pair<std::string, std::string>> EncodeStamp(const Stamp& stamp) {
  std::vector<std::pair<std::string, std::string>> out;
  out.emplace_back("muster.dev/bound-queue", stamp.queue);
  out.emplace_back("muster.dev/bound-gang", stamp.gang);
  if (stamp.minimum > 0) out.emplace_back("muster.dev/bound-min", absl::StrCat(stamp.minimum));
  if (!stamp.user.empty()) out.emplace_back("muster.dev/bound-user", stamp.user);
  if (stamp.hold > 0) out.emplace_back("muster.dev/bound-hold", absl::StrCat(stamp.hold));
  if (!stamp.hold_nodes.empty()) {
    out.emplace_back("muster.dev/bound-hold-nodes", stamp.hold_nodes);
  }
  if (stamp.at != absl::Time()) {
    out.emplace_back("muster.dev/bound-at", FormatRfc3339(stamp.at));
  }
  return out;
}

}  // namespace muster::codec
