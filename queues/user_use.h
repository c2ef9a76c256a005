// SPDX-License-Identifier: Apache-2.0
// What users use and hold in leaves. A user of a leaf has a number there from the first gang that
// joins to the last one that quits, so that a charge looks for no name.
#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"

namespace muster {

class UserUse {
 public:
  // One gang more of the user's in the leaf, or, in none, nothing. Each is to quit before the gang
  // has another queue or user, and with nothing in use when it is the last.
  LeafUserId Join(QueueId leaf, const std::string& user);
  void Quit(LeafUserId id, QueueId leaf, const std::string& user);

  // Invalid where no gang has joined.
  LeafUserId Find(QueueId leaf, const std::string& user) const;
  const Amounts& of(LeafUserId id) const { return users_[id.value].use; }
  Amounts& of(LeafUserId id) { return users_[id.value].use; }
  // By name; nothing where no gang has joined.
  const Amounts& of(QueueId leaf, const std::string& user) const;

  // Calls `visit(QueueId, const std::string& user, const Amounts&)` in order.
  template <typename Visit>
  void Each(Visit visit) const {
    for (uint32_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      for (const auto& [user, id] : leaves_[leaf]) visit(QueueId{leaf}, user, of(id));
    }
  }

  void Clear() { *this = UserUse(); }
  // All are queues below that number.
  size_t leaves() const { return leaves_.size(); }
  // All numbers of users are below that one.
  size_t size() const { return users_.size(); }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(leaves_, users_, unused_);
  }

 private:
  struct LeafUser {
    Amounts use;
    int32_t gangs = 0;  // 0: the number is unused
  };

  std::vector<absl::btree_map<std::string, LeafUserId>> leaves_;  // by queue
  std::vector<LeafUser> users_;                                   // by number
  std::vector<LeafUserId> unused_;
};

}  // namespace muster
