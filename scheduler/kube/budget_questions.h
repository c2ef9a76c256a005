// SPDX-License-Identifier: Apache-2.0
// Asks PodDisruptionBudgets whether all pods of an order of evictions may go, before any does.
//
//   waiting ─▶ asking: list the budgets of the pods' namespaces; where one of them may refuse so
//     ▲          │     many pods, read these, which tells their labels and health
//     │          │
//     │ pausing ◀┤ no answer, 429, 5xx: all is asked anew
//     └────┘     ├─▶ no: a budget allows fewer than it covers, or nothing is known by `give_up`
//                └─▶ yes ─▶ going, where there are budgets, until each of the pods is settled
//
// Orders that share a namespace with budgets are asked and go one after another: an answer counts
// what one order takes from a budget, and two of them might each be told yes. Whoever else evicts
// between our answer and our evictions is not seen.
//
// Cost: one list a namespace, and nothing else where it has no budgets, or those allow enough for
// any pods; else one read a pod of the order, kReads of an order at a time. So it does not grow
// with the budgets' number nor with what else they cover, as lists by their selectors would.
//
// A namespace whose budgets may not be listed (403) counts as one without; that is said once, until
// a list succeeds. Reactor's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scheduler/kube/backoff.h"
#include "scheduler/kube/budget.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/loop/ports.h"

namespace muster::kube {

class BudgetQuestions {
 public:
  static constexpr size_t kReads = 4;

  struct Sink {
    std::function<void(uint64_t order)> yes;
    // With 429 from a budget that the victim is too much for, or 0: undecided.
    std::function<void(uint64_t order, size_t victim, int code, std::string why)> no;
    std::function<void(std::string)> problem;
  };
  struct Leaver {
    loop::PodRef pod;
    size_t victim = 0;
  };

  BudgetQuestions(Reactor& reactor, Sink sink, uint64_t seed);
  ~BudgetQuestions();
  BudgetQuestions(const BudgetQuestions&) = delete;
  BudgetQuestions& operator=(const BudgetQuestions&) = delete;

  // Of pods, at least one, in the order of their victims. Told yes or no once, later, at `give_up`
  // at the latest, which is on the reactor's clock.
  void Ask(uint64_t order, std::vector<Leaver> pods, absl::Duration give_up);
  // The pod's eviction is accepted or given up, or needs none any more.
  void Settled(uint64_t order, const std::string& uid);

 private:
  enum class Stage { kWaiting, kAsking, kPausing, kGoing };
  struct Question {
    std::vector<Leaver> pods;
    std::set<std::string> unsettled;   // uids
    std::set<std::string> namespaces;  // kGoing: those with budgets
    Backoff backoff;
    std::string last_error;
    Stage stage = Stage::kWaiting;
    Reactor::TimerId limit{};
    Reactor::TimerId pause{};
    // kAsking:
    std::vector<std::string> unlisted;  // namespaces
    std::vector<Budget> budgets;
    std::vector<Leaver> unread;
    std::vector<LeavingPod> read;
    std::map<uint64_t, Http::Id> exchanges;  // by their number, among ours
  };

  void StartWaiting();
  bool Free(uint64_t order) const;
  void List(uint64_t order, const std::string& continue_token);
  void OnPage(uint64_t order, const HttpReply& reply);
  void OnListed(uint64_t order);
  void ReadMore(uint64_t order);
  void OnPod(uint64_t order, const Leaver& leaver, const HttpReply& reply);
  void Send(uint64_t order, HttpRequest request, std::function<void(const HttpReply& reply)> hear);
  void Again(uint64_t order, std::string why, absl::Duration floor);
  std::string Late(uint64_t order) const;
  void Yes(uint64_t order);
  void No(uint64_t order, size_t victim, int code, std::string why);
  void Stop(Question& question);

  Reactor& reactor_;
  const Sink sink_;
  const uint64_t seed_;
  uint64_t last_exchange_ = 0;
  bool forbidden_ = false;
  std::map<uint64_t, std::unique_ptr<Question>> questions_;  // by order, the oldest first
};

}  // namespace muster::kube
