// SPDX-License-Identifier: Apache-2.0
#include "queues/user_use.h"

namespace muster {

LeafUserId UserUse::Join(QueueId leaf, const std::string& user) {
  if (!leaf.valid()) return {};
  if (leaf.value >= leaves_.size()) leaves_.resize(leaf.value + 1);
  const auto [entry, fresh] = leaves_[leaf.value].try_emplace(user);
  if (fresh && unused_.empty()) {
    entry->second = LeafUserId{static_cast<uint32_t>(users_.size())};
    users_.emplace_back();
  } else if (fresh) {
    entry->second = unused_.back();
    unused_.pop_back();
  }
  ++users_[entry->second.value].gangs;
  return entry->second;
}

void UserUse::Quit(LeafUserId id, QueueId leaf, const std::string& user) {
  if (!id.valid() || --users_[id.value].gangs > 0) return;
  users_[id.value].use.clear();
  unused_.push_back(id);
  leaves_[leaf.value].erase(user);
}

LeafUserId UserUse::Find(QueueId leaf, const std::string& user) const {
  if (leaf.value >= leaves_.size()) return {};
  const auto found = leaves_[leaf.value].find(user);
  return found == leaves_[leaf.value].end() ? LeafUserId() : found->second;
}

const Amounts& UserUse::of(QueueId leaf, const std::string& user) const {
  static const Amounts kNothing;
  const LeafUserId id = Find(leaf, user);
  return id.valid() ? of(id) : kNothing;
}

}  // namespace muster
