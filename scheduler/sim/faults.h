// SPDX-License-Identifier: Apache-2.0
// What is wrong with the world at the moment, and when something last went wrong.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/codec/scenario.h"

namespace muster::sim {

class Faults {
 public:
  // What happens to one request: refused with `refuse` (an HTTP status), or carried out or not with
  // its answer lost.
  struct Fate {
    int32_t refuse = 0;
    bool lost = false;
    bool done = true;
  };

  void Add(const codec::RefuseBinds& refuse) { refuse_binds_.push_back(refuse); }
  void Add(const codec::RefuseEvictions& refuse) { refuse_evictions_.push_back(refuse); }
  void Add(const codec::LoseAnswers& lose) { lose_.push_back(lose); }
  // Takes one of the times of a fault that matches.
  Fate OnBind(const std::string& pod, absl::Time now);
  Fate OnEviction(const std::string& pod, bool dry_run, absl::Time now);
  // After that many more accepted binds the scheduler is killed; 0: never.
  void ArmKill(int32_t binds) { kill_after_ = binds; }
  // True for the bind at which it happens.
  bool CountAccepted();

  // Something went wrong or changed under the scheduler's feet: promises in time start anew.
  void Strike(absl::Time now) { last_ = now; }
  absl::Time last() const { return last_; }

  absl::Duration bind_delay;
  absl::Duration watch_delay;
  // Until then what was held up, or lost, has not come through.
  absl::Time held_up_until = absl::InfinitePast();
  bool scheduler_down = false;

 private:
  Fate Lost(const std::string& pod, codec::Request of, absl::Time now);

  std::vector<codec::RefuseBinds> refuse_binds_;
  std::vector<codec::RefuseEvictions> refuse_evictions_;
  std::vector<codec::LoseAnswers> lose_;
  int32_t kill_after_ = 0;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace muster::sim
