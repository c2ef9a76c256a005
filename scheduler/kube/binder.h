// SPDX-License-Identifier: Apache-2.0
// Binds pods, each until its outcome is known.
//
//             2xx ──────────────────────────────────────────────▶ BindAccepted
//   POST ──── 400, 403, 404, 422 ───────────────────────────────▶ BindRefused
//    ▲  ╲──── 409, 500, 503, 504, no answer ──▶ GET by name ─┬──▶ ours: BindAccepted
//    │  ╲──── 429, never sent                                ├──▶ elsewhere, gone, deleting, gated:
//    │            │ wait                                     │    BindRefused
//    └────────────┴──────────────── still unbound ◀──────────┘
//
// Invariant: the UID is a precondition of every POST, so none can bind another pod of that name,
// and a POST that is repeated can bind at most once. An API server that is down or throttles is
// waited for; one that errs or conflicts kTries times without reason counts as a refusal. Reactor's
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/loop/ports.h"
#include "scheduler/model/event.h"

namespace muster::kube {

class Binder {
 public:
  struct Sink {
    std::function<void(Event&&)> event;
    std::function<void(std::string)> problem;
    // It may be bound or not: the pod is read back.
    std::function<void()> unclear = [] {};
  };

  Binder(Reactor& reactor, Sink sink, uint64_t seed);
  ~Binder();
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;

  void Bind(loop::BindPod action);
  // The watch says that the pod is gone: the feed has told so, and nothing more need be.
  void Gone(const std::string& uid);
  // Binds without an outcome yet.
  size_t unsettled() const { return attempts_.size(); }

 private:
  static constexpr int kTries = 3;

  struct Attempt {
    Attempt(loop::BindPod bind, uint64_t seed)
        : action(std::move(bind)), backoff(absl::Milliseconds(100), absl::Seconds(5), seed) {}
    loop::BindPod action;
    Backoff backoff;
    int failures = 0;  // answers that were neither a yes nor a reasoned no
    int last_code = 0;
    std::string last_error;
    Http::Id exchange = 0;
    Reactor::TimerId timer{};
  };
  using Step = void (Binder::*)(const std::string& uid);

  void Post(const std::string& uid);
  void OnPosted(const std::string& uid, const HttpReply& reply);
  void ReadBack(const std::string& uid);
  void OnRead(const std::string& uid, const HttpReply& reply);
  void Later(const std::string& uid, Step step, absl::Duration floor);
  void Accept(const std::string& uid);
  void Refuse(const std::string& uid, int code, std::string message);

  Reactor& reactor_;
  const Sink sink_;
  const uint64_t seed_;
  uint64_t started_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<Attempt>> attempts_;  // by uid
};

}  // namespace muster::kube
