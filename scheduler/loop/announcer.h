// SPDX-License-Identifier: Apache-2.0
// Tells why gangs wait: the PodScheduled condition on every waiting member, in one burst, and one
// event per gang and code. A reason is told once it has stood for a moment (most gangs start within
// it), again when the code changes, or whether nodes would cure it, or members join, else at most
// every 5 minutes. Each telling is an API write, so that saying less is part of being fast.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/loop/ports.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/state.h"

namespace muster::loop {

class Announcer {
 public:
  // The verdicts of a cycle: all of them, so that a gang not named waits no more.
  void Hear(const State& state, const Plan& plan, absl::Time now);
  absl::Time NextDue() const;
  void Speak(const State& state, absl::Time now, Actuator* actuator);

 private:
  struct Entry {
    std::string opener_uid;  // gang ids are reused
    SharedReason reason;
    size_t waiting = 0;
    absl::Time since;   // this code stands
    absl::Time grown;   // more members wait than before
    absl::Time due;     // InfiniteFuture: told all
    SharedReason told;  // to all, at `told_all_at`; members that join are told in between
    size_t told_waiting = 0;
    absl::Time told_at = absl::InfinitePast();
    absl::Time told_all_at = absl::InfinitePast();
    std::set<std::string> told_uids;  // of this code, since told_all_at
    std::set<ReasonCode> events;
  };
  // What most of a backlog is looked at for.
  struct Heard {
    const Reason* reason = nullptr;  // the entry's, as the gang is now; nullptr: to be compared
    int64_t round = 0;               // in which it was last heard; 0: it does not wait
  };
  Entry& EntryOf(GangId gang);
  void Overtake(const State& state);
  static bool Fresh(const Entry& entry);
  static absl::Time DueOf(const Entry& entry);
  void Tell(const State& state, GangId gang, Entry* entry, absl::Time now, Actuator* actuator);

  std::deque<Entry> entries_;  // by gang slot
  std::vector<Heard> heard_;   // as long
  ChangeReader changes_;
  std::vector<GangId> waiting_;  // those that have been heard
  std::set<std::pair<absl::Time, GangId>> due_;
  int64_t round_ = 0;
};

}  // namespace muster::loop
