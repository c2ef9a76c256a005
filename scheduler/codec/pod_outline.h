// SPDX-License-Identifier: Apache-2.0
// A Pod on the wire, walked once without decoding it: what identifies it and where it stands as
// views into the wire, and what it asks for as a small Pod message of its own.
//
// Most of a pod (images, env, mounts, managed fields) decides nothing, and of what does, a
// thousand executors say the same: their `role` texts are equal byte for byte, so that only the
// first need be decoded.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace muster::codec {

// Views hold as long as the wire.
struct PodViews {
  absl::string_view uid, ns, name, resource_version;
  int64_t generation = 0;
  int64_t created_seconds = 0;
  int64_t created_nanos = 0;
  bool deleting = false;
  absl::string_view scheduler_name, node_name, service_account;
  int32_t priority = 0;
  absl::string_view preemption_policy;
  absl::optional<int64_t> grace_seconds;
  bool gated = false;
  absl::string_view phase;
  // Of the condition PodScheduled where its status is False.
  absl::string_view condition_reason, condition_message;
  absl::string_view spec;  // whole
};

class PodOutline : public PodViews {
 public:
  // False: not a Pod on the wire. May be called again, for another one.
  bool Read(absl::string_view raw);

  absl::optional<absl::string_view> Label(absl::string_view key) const {
    return Find(labels_, key);
  }
  absl::optional<absl::string_view> Annotation(absl::string_view key) const {
    return Find(annotations_, key);
  }
  // A Pod with what ReadRole and EffectiveRequests read, and with some node where it is bound.
  const std::string& role() const { return role_; }

 private:
  using Map = std::vector<std::pair<absl::string_view, absl::string_view>>;

  static absl::optional<absl::string_view> Find(const Map& map, absl::string_view key);
  static bool ReadEntry(absl::string_view entry, Map* map);
  bool ReadMeta(absl::string_view raw);
  bool ReadSpec(absl::string_view raw);
  bool ReadStatus(absl::string_view raw);
  bool ReadCondition(absl::string_view raw);
  bool KeepPart(uint32_t field, absl::string_view raw, uint64_t set, std::string* to);

  Map labels_;
  Map annotations_;
  std::string role_;
  std::string spec_role_;
  std::string status_role_;
  std::string part_;  // scratch
};

}  // namespace muster::codec
