// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/stamp_codec.h"

#include "absl/strings/numbers.h"
#include "scheduler/codec/rfc3339.h"

namespace muster::codec {
namespace {

constexpr absl::string_view kQueue = "muster.dev/bound-queue";
constexpr absl::string_view kGang = "muster.dev/bound-gang";
constexpr absl::string_view kMin = "muster.dev/bound-min";
constexpr absl::string_view kUser = "muster.dev/bound-user";
constexpr absl::string_view kHold = "muster.dev/bound-hold";
constexpr absl::string_view kHoldNodes = "muster.dev/bound-hold-nodes";
constexpr absl::string_view kAt = "muster.dev/bound-at";

using Text = absl::optional<absl::string_view>;

bool ReadCount(Text text, int32_t* out) {
  return !text.has_value() || (absl::SimpleAtoi(*text, out) && *out >= 0);
}

}  // namespace

std::optional<Stamp> ReadStamp(FindAnnotation find) {
  const Text queue = find(kQueue);
  const Text gang = find(kGang);
  if (!queue.has_value() || !gang.has_value()) return std::nullopt;
  Stamp stamp;
  stamp.queue = std::string(*queue);
  stamp.gang = std::string(*gang);
  if (!ReadCount(find(kMin), &stamp.minimum) || !ReadCount(find(kHold), &stamp.hold)) {
    return std::nullopt;
  }
  stamp.user = std::string(find(kUser).value_or(""));
  stamp.hold_nodes = std::string(find(kHoldNodes).value_or(""));
  const Text at = find(kAt);
  if (at.has_value() && !ParseRfc3339(*at, &stamp.at)) return std::nullopt;
  return stamp;
}

}  // namespace muster::codec
