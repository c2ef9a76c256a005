// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/stamp_codec.h"

#include "absl/strings/numbers.h"
#include "absl/time/time.h"

namespace muster::codec {
namespace {

constexpr absl::string_view kQueue = "muster.dev/bound-queue";
constexpr absl::string_view kGang = "muster.dev/bound-gang";
constexpr absl::string_view kMin = "muster.dev/bound-min";
constexpr absl::string_view kUser = "muster.dev/bound-user";
constexpr absl::string_view kHold = "muster.dev/bound-hold";
constexpr absl::string_view kHoldNodes = "muster.dev/bound-hold-nodes";
constexpr absl::string_view kAt = "muster.dev/bound-at";

bool ReadCount(const std::string* text, int32_t* out) {
  if (text == nullptr) return true;
  return absl::SimpleAtoi(*text, out) && *out >= 0;
}

}  // namespace

std::optional<Stamp> ReadStamp(const FindAnnotation& find) {
  const std::string* queue = find(kQueue);
  const std::string* gang = find(kGang);
  if (queue == nullptr || gang == nullptr) return std::nullopt;
  Stamp stamp;
  stamp.queue = *queue;
  stamp.gang = *gang;
  if (!ReadCount(find(kMin), &stamp.minimum) || !ReadCount(find(kHold), &stamp.hold)) {
    return std::nullopt;
  }
  if (const std::string* user = find(kUser)) stamp.user = *user;
  if (const std::string* nodes = find(kHoldNodes)) stamp.hold_nodes = *nodes;
  const std::string* at = find(kAt);
  std::string error;
  if (at != nullptr && !absl::ParseTime(absl::RFC3339_full, *at, &stamp.at, &error)) {
    return std::nullopt;
  }
  return stamp;
}

}  // namespace muster::codec
