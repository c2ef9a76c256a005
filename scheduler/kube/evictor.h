// SPDX-License-Identifier: Apache-2.0
// Evicts pods of victims, all of them or, up to the first one's commit point, none.
//
//                 ask: dryRun of every pod, at once
//                   │ all say yes (or are gone)            one says no
//                   ▼                                 ┌─────────────────▶ EvictionRefused for all
//                 ask together: their budgets ────────┤ one allows fewer than it covers
//                   │ all may go (budget_questions.h) │
//                   ▼                                 │
//   of each victim  evict its first pod ──────────────┘ (for it and those after it)
//   in turn         │ accepted: its commit point
//                   ▼
//                   evict its other pods, until each is gone, or still refused after kPatience
//
// A no is: 429 of a PodDisruptionBudget, 500 since several cover the pod, 403 and other 4xx, and
// kTries answers that are neither. Everything else is tried again: a 429 of an overloaded server, a
// fence that is down, no answer. Whether an eviction without a clear answer took effect is read
// from the pod, so that no victim is told to stay that goes. What is still undecided after
// kPatience is given up: the claim would not live to see it.
//
// The refused victim gets the server's code, as if 429 had been answered where budgets refuse all
// together; the others of the action, which nobody refused, get code 0. The victims whose first pod
// was accepted before that are not called back.
//
// Dry runs are asked one by one, and a budget that allows one disruption allows each of them: that
// is why budgets are asked together. What changes a budget between that answer and the evictions is
// not seen (another eviction, a pod that became unready, a budget made just then), nor is anything
// where budgets may not be listed. Then a pod that its budget keeps after its victim's first one
// went is refused for kPatience and told alone, and its gang is repaired.
//
// Invariant: the UID is a precondition of every eviction, so repeating one can evict no other pod.
// At most kInFlight are under way: with the bind lane's bound that leaves most of it to binds, and
// conditions and events cannot hold evictions up. Source: K8s v1.36
// pkg/registry/core/pod/storage/eviction.go. Reactor's thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/budget_questions.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/loop/ports.h"
#include "scheduler/model/event.h"

namespace muster::kube {

class Evictor {
 public:
  static constexpr int kTries = 3;
  static constexpr size_t kInFlight = 8;
  static constexpr absl::Duration kPatience = absl::Seconds(30);

  struct Sink {
    std::function<void(Event)> event;
    std::function<void(std::string)> problem;
    // The server is removing the pod, by our eviction; `message` is the action's.
    std::function<void(const loop::PodRef& pod, const std::string& message)> evicted;
  };

  Evictor(Reactor& reactor, Sink sink, uint64_t seed);
  ~Evictor();
  Evictor(const Evictor&) = delete;
  Evictor& operator=(const Evictor&) = delete;

  void Evict(loop::EvictPods action);
  // The watch says that the pod is gone.
  void Gone(const std::string& uid);
  // Pods that are not known to go yet.
  size_t unsettled() const { return attempts_.size(); }

 private:
  // Of a pod: kAsk ─▶ kWait ─▶ kCommit (the first of its victim) or kForce. Up to kCommit a no ends
  // the order. In kWait its budgets are asked, then those before it go.
  enum class Mode { kAsk, kWait, kCommit, kForce };

  struct Order {
    loop::EvictPods action;
    absl::Duration give_up;  // on the reactor's clock
    size_t asked = 0;        // dry runs without an answer yet
    size_t turn = 0;         // after that: the victim whose first pod is being evicted
  };
  struct Attempt {
    loop::PodRef pod;
    uint64_t order;
    size_t victim;
    std::string message;
    Backoff backoff;
    Mode mode = Mode::kAsk;
    absl::Duration forced_since{};  // kForce, on the reactor's clock
    int failures = 0;               // answers that were neither a yes nor a reasoned no
    bool posted = false;            // counts in in_flight_
    int last_code = 0;
    std::string last_error;
    Http::Id exchange = 0;
    uint64_t number = 0;  // of the exchange, among ours
    Reactor::TimerId timer{};
  };
  using Step = void (Evictor::*)(const std::string& uid);

  void Evict(const std::string& uid, Mode mode);
  void Queue(const std::string& uid);
  void SendQueued();
  void Post(const std::string& uid);
  void Send(const std::string& uid, HttpRequest request,
            void (Evictor::*hear)(const std::string& uid, const HttpReply& reply));
  void OnPosted(const std::string& uid, const HttpReply& reply);
  void ReadBack(const std::string& uid);
  void OnRead(const std::string& uid, const HttpReply& reply);
  void Later(const std::string& uid, Step step, absl::Duration floor);
  void Agree(const std::string& uid);
  void Leave(const std::string& uid);
  void AskTogether(uint64_t order);
  void Go(uint64_t order);
  void Refuse(uint64_t order, size_t victim, int code, std::string message);
  void Drop(const std::string& uid);

  Reactor& reactor_;
  const Sink sink_;
  const uint64_t seed_;
  uint64_t started_ = 0;
  uint64_t last_order_ = 0;
  uint64_t last_exchange_ = 0;
  std::map<uint64_t, Order> orders_;
  absl::flat_hash_map<std::string, std::unique_ptr<Attempt>> attempts_;  // by uid
  std::deque<std::string> queued_;                                       // uids; some dropped since
  size_t in_flight_ = 0;
  BudgetQuestions questions_;
};

}  // namespace muster::kube
