// SPDX-License-Identifier: Apache-2.0
#include "queues/user_books.h"

#include <algorithm>

namespace muster {

namespace {

// Users come and go with their namespaces: beyond this many their groups are worked out anew.
constexpr size_t kMostKept = 4096;

}  // namespace

const std::vector<std::string>& UserBooks::GroupsOf(const std::string& user) const {
  auto found = groups_of_.find(user);
  if (found != groups_of_.end()) return found->second;
  if (groups_of_.size() >= kMostKept) groups_of_.clear();
  std::vector<std::string>& names = groups_of_[user];
  for (const auto& [name, globs] : groups_) {
    const bool member = std::any_of(globs.begin(), globs.end(), [&user](const std::string& glob) {
      return GlobMatches(glob, user);
    });
    if (member) names.push_back(name);
  }
  return names;
}

// visit(key, cap) for each limit that holds for the user's gangs in the leaf; stops at true.
template <typename Visit>
void UserBooks::EachCap(const Tree& tree, QueueId leaf, const std::string& user,
                        Visit visit) const {
  for (QueueId id = leaf; id.valid() && tree.at(id).limits_users; id = tree.at(id).parent) {
    const Queue& queue = tree.at(id);
    if (const UserCap* cap = queue.users.Of(user)) {
      if (visit(Key{id, false, user}, *cap)) return;
    }
    if (queue.groups.empty()) continue;
    for (const std::string& group : GroupsOf(user)) {
      if (const UserCap* cap = queue.groups.Of(group)) {
        if (visit(Key{id, true, group}, *cap)) return;
      }
    }
  }
}

void UserBooks::Drop(const Key& key) {
  const Book& book = books_[key];
  if (book.running == 0 && IsNothing(book.amounts)) books_.erase(key);
}

void UserBooks::Charge(const Tree& tree, QueueId leaf, const std::string& user, const Amounts& each,
                       int64_t count) {
  EachCap(tree, leaf, user, [&](const Key& key, const UserCap&) {
    AddScaled(&books_[key].amounts, each, count);
    if (count < 0) Drop(key);
    return false;
  });
}

void UserBooks::CountRunning(const Tree& tree, QueueId leaf, const std::string& user, int32_t by) {
  EachCap(tree, leaf, user, [&](const Key& key, const UserCap&) {
    books_[key].running += by;
    if (by < 0) Drop(key);
    return false;
  });
}

std::optional<UserBooks::Excess> UserBooks::Exceeds(const Tree& tree, QueueId leaf,
                                                    const std::string& user, const Amounts& more,
                                                    int32_t gangs) const {
  std::optional<Excess> excess;
  EachCap(tree, leaf, user, [&](const Key& key, const UserCap& cap) {
    auto found = books_.find(key);
    const Book& book = found == books_.end() ? Book() : found->second;
    if (cap.max_running.has_value() && gangs > 0 && book.running + gangs > *cap.max_running) {
      excess = Excess{key, true, 0, book.running, *cap.max_running};
      return true;
    }
    for (size_t i = 0; i < std::min(more.size(), cap.max.size()); ++i) {
      const int64_t have = AmountAt(book.amounts, i);
      if (more[i] == 0 || SaturatingAdd(have, more[i]) <= cap.max[i]) continue;
      excess = Excess{key, false, static_cast<uint32_t>(i), have, cap.max[i]};
      return true;
    }
    return false;
  });
  return excess;
}

std::optional<UserBooks::Excess> UserBooks::ExceedsEmpty(const Tree& tree, QueueId leaf,
                                                         const std::string& user,
                                                         const Amounts& amounts) const {
  std::optional<Excess> excess;
  EachCap(tree, leaf, user, [&](const Key& key, const UserCap& cap) {
    for (size_t i = 0; i < std::min(amounts.size(), cap.max.size()); ++i) {
      if (amounts[i] <= cap.max[i]) continue;
      excess = Excess{key, false, static_cast<uint32_t>(i), 0, cap.max[i]};
      return true;
    }
    return false;
  });
  return excess;
}

}  // namespace muster
