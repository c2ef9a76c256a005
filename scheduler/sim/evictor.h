// SPDX-License-Identifier: Apache-2.0
// Carries out evictions as loop/ports.h promises, over a network with latencies: every pod is asked
// for first (dry runs, then all together); then each victim in turn, its first pod as the commit
// point, and the others until they go, or are still refused after half a minute. A 429 and other
// 4xx are a no; a 5xx is asked again, and is a no the third time; whether an eviction took effect
// whose answer was lost is read from the pod. What is undecided after half a minute is given up.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/loop/ports.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/faults.h"
#include "scheduler/sim/random.h"

namespace muster::sim {

class Evictor {
 public:
  // `later` runs something after a delay, unless the scheduler is dead by then; `answer` sends an
  // event to it.
  using Later = std::function<void(absl::Duration delay, std::function<void()> what)>;
  using Tell = std::function<void(muster::Event event)>;
  Evictor(Timeline* timeline, ApiServer* api, Faults* faults, Random random, Later later, Tell tell)
      : timeline_(timeline),
        api_(api),
        faults_(faults),
        random_(random),
        later_(std::move(later)),
        tell_(std::move(tell)) {}

  void Evict(loop::EvictPods action);
  // The sender is dead: what is on the wire arrives yet.
  void Land();

 private:
  enum class Mode { kAsk, kCommit, kForce };
  struct Order {
    loop::EvictPods action;
    absl::Time give_up;
    size_t asked = 0;  // dry runs without a yes yet
    size_t turn = 0;   // then: the victim whose first pod is being evicted
    bool committed = false;
    bool over = false;  // refused
  };
  struct Attempt {
    std::shared_ptr<Order> order;
    size_t victim = 0;
    loop::PodRef pod;
    Mode mode = Mode::kAsk;
    int failures = 0;
  };

  void Send(const Attempt& attempt);
  void Carry(const Attempt& attempt);
  void Answered(Attempt attempt, const Answer& answer);
  void ReadBack(const Attempt& attempt);
  void Again(const Attempt& attempt, const std::string& why);
  void Agreed(const Attempt& attempt);
  void AskTogether(const std::shared_ptr<Order>& order);
  void Go(const std::shared_ptr<Order>& order);
  void Refuse(const std::shared_ptr<Order>& order, size_t victim, int code,
              const std::string& message);
  absl::Duration Soon(int64_t low_ms, int64_t high_ms) {
    return random_.Between(absl::Milliseconds(low_ms), absl::Milliseconds(high_ms));
  }

  Timeline* timeline_;
  ApiServer* api_;
  Faults* faults_;
  Random random_;
  Later later_;
  Tell tell_;
  absl::btree_set<std::string> unsettled_;                  // uids
  absl::btree_map<std::string, loop::PodRef> on_the_wire_;  // by uid; no dry runs
};

}  // namespace muster::sim
