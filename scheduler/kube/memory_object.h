// SPDX-License-Identifier: Apache-2.0
// Where Muster's memory lives: one ConfigMap of its own, key state.json (codec/memory_codec.h).
//
// Read once, before anything is decided; none, or one that cannot be understood or may not be read,
// is no memory, and said. Written whole, the newest alone: at once where evictions wait for it,
// else at most every kSpacing. Only the leader writes, so a conflict means that the version is read
// again and the same is written. Evictions wait until what was remembered before them is written,
// but not for ever: after kTries answers that are no success, or one that no repetition would
// change (forbidden, too large), they go on without, and it is said once. A claim that is not on
// record is lost with this daemon; its victims are not evicted twice for it, since they are gone.
// Reactor's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/model/memory.h"

namespace muster::kube {

class MemoryObject {
 public:
  static constexpr int kTries = 5;
  static constexpr absl::Duration kSpacing = absl::Seconds(5);

  struct Place {
    std::string ns;
    std::string name;
  };
  struct Sink {
    // Once, when it has been read; nullopt: there is none.
    std::function<void(std::optional<Memory>)> read;
    std::function<void(std::string)> problem;
  };

  MemoryObject(Reactor& reactor, Place place, Sink sink, uint64_t seed);
  ~MemoryObject();
  MemoryObject(const MemoryObject&) = delete;
  MemoryObject& operator=(const MemoryObject&) = delete;

  void Read();
  void Remember(const Memory& memory);
  // Calls back when all that was remembered so far is written or given up: perhaps at once.
  void AfterWrites(std::function<void()> then);
  bool settled() const { return done_ == wanted_; }

 private:
  struct Waiter {
    uint64_t number;
    std::function<void()> then;
  };

  void OnRead(const HttpReply& reply);
  void Schedule();
  void Write();
  void OnWritten(const HttpReply& reply);
  void ReadVersion();
  void OnVersion(const HttpReply& reply);
  void Retry(const HttpReply& reply);
  void Settle();
  std::string Called() const;

  Reactor& reactor_;
  const Place place_;
  const Sink sink_;
  Backoff backoff_;
  std::string version_;  // of the object; empty: there is none
  std::string text_;     // the newest
  std::string sent_;     // in the request under way
  std::string written_;  // in the object, as far as we know
  // Numbers of what was remembered: the newest; the one in the request under way; and the last that
  // is written or given up.
  uint64_t wanted_ = 0;
  uint64_t writing_ = 0;
  uint64_t done_ = 0;
  bool busy_ = false;  // a request of a write is under way, or waits to be repeated
  int tries_ = 0;
  bool said_ = false;  // that it cannot be written; until it can
  absl::Duration next_write_ = -absl::InfiniteDuration();
  std::vector<Waiter> waiters_;
  Http::Id exchange_ = 0;
  Reactor::TimerId timer_{};
};

}  // namespace muster::kube
