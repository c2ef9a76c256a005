// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/pods.h"

namespace muster {

PodId Pods::Find(absl::string_view uid) const {
  auto found = by_uid_.find(uid);
  return found == by_uid_.end() ? PodId{} : found->second;
}

PodId Pods::Add(absl::string_view uid) {
  PodId id{static_cast<uint32_t>(slots_.size())};
  if (unused_.empty()) {
    slots_.emplace_back();
  } else {
    id = unused_.back();
    unused_.pop_back();
  }
  slots_[id.value].in_use = true;
  by_uid_[std::string(uid)] = id;
  return id;
}

void Pods::Remove(PodId id) {
  by_uid_.erase(slots_[id.value].pod.uid);
  slots_[id.value] = PodSlot();
  unused_.push_back(id);
}

}  // namespace muster
