// SPDX-License-Identifier: Apache-2.0
// What users and groups have in the queues that limit them: gangs that have begun, and what these
// use and hold, in the queue and below it. Where nobody is limited nothing is counted and nothing
// is asked. Invariant: books of zero do not exist (state/audit.h recomputes all).
//
// A group is its users together. Users are what their gangs say they are ("namespace/name" of a
// service account, or the value of the protected label).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/tree.h"

namespace muster {

class UserBooks {
 public:
  UserBooks() = default;
  explicit UserBooks(const QueueConfig& config) : groups_(config.groups) {}

  // count < 0 gives back.
  void Charge(const Tree& tree, QueueId leaf, const std::string& user, const Amounts& each,
              int64_t count);
  void CountRunning(const Tree& tree, QueueId leaf, const std::string& user, int32_t by);

  struct Key {
    QueueId queue;
    bool group = false;
    std::string name;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // The first limit, from the leaf upwards and users before groups, that `gangs` (0 or 1) and
  // `more` would exceed.
  struct Excess {
    Key who;
    bool of_gangs = false;  // else of the column
    uint32_t column = 0;
    int64_t have = 0;
    int64_t limit = 0;
  };
  std::optional<Excess> Exceeds(const Tree& tree, QueueId leaf, const std::string& user,
                                const Amounts& more, int32_t gangs) const;
  // The same with nothing else running, of amounts alone.
  std::optional<Excess> ExceedsEmpty(const Tree& tree, QueueId leaf, const std::string& user,
                                     const Amounts& amounts) const;

  struct Book {
    Amounts amounts;
    int32_t running = 0;
    friend bool operator==(const Book&, const Book&) = default;
  };
  const absl::btree_map<Key, Book>& books() const { return books_; }

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(groups_, books_);
  }

 private:
  const std::vector<std::string>& GroupsOf(const std::string& user) const;
  template <typename Visit>
  void EachCap(const Tree& tree, QueueId leaf, const std::string& user, Visit visit) const;
  void Drop(const Key& key);

  std::map<std::string, std::vector<std::string>> groups_;  // name -> globs over users
  absl::btree_map<Key, Book> books_;
  // Derived: by user, those asked for.
  mutable absl::btree_map<std::string, std::vector<std::string>> groups_of_;
};

}  // namespace muster
