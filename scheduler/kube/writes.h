// SPDX-License-Identifier: Apache-2.0
// Writes whose outcome the loop does not wait for: deletes, conditions, events. Each is fenced and
// tried again while the server is down or throttles.
//
// Of one key at most one write is under way, and of those that wait only the newest is sent: a
// condition that changed twice meanwhile is written once. Reactor's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/container/node_hash_map.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"

namespace muster::kube {

class Writes {
 public:
  using Done = std::function<void(bool applied)>;
  struct Order {
    HttpRequest request;
    std::string what;  // for messages: "event on pod team/a"
    int tries = 5;     // that reach the server; 0: until it is done, or refused for good
    Done done;         // may be null
  };

  Writes(Reactor& reactor, size_t capacity, std::function<void(std::string)> problem,
         uint64_t seed);
  ~Writes();
  Writes(const Writes&) = delete;
  Writes& operator=(const Writes&) = delete;

  // Dropped, and said so once per overflow, when `capacity` keys wait already.
  void Send(const std::string& key, Order order);
  // What has not been sent of the key's is not sent any more, and its `done` not called.
  void Withdraw(const std::string& key);
  size_t unsettled() const { return entries_.size(); }

 private:
  struct Entry {
    Order now;
    std::optional<Order> next;
    int tried = 0;
    Backoff backoff;
    Http::Id exchange = 0;
    Reactor::TimerId timer{};
    bool waiting = false;  // between two tries
  };

  void Try(const std::string& key);
  void OnReply(const std::string& key, const HttpReply& reply);
  void Finish(const std::string& key, bool applied);

  Reactor& reactor_;
  const size_t capacity_;
  const std::function<void(std::string)> problem_;
  const uint64_t seed_;
  uint64_t started_ = 0;
  bool overflowed_ = false;
  // Of nodes: entries are large, and a table that was full once keeps its size.
  absl::node_hash_map<std::string, Entry> entries_;
};

}  // namespace muster::kube
