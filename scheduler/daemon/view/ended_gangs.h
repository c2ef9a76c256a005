// SPDX-License-Identifier: Apache-2.0
// Gangs that ended lately, as they were: the state forgets a gang with the last of its pods. Loop's
// thread. Nothing is kept of gangs that have not ended; a step in which no pod ends or goes costs
// one look at the kind of each event.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/view/decision_ring.h"
#include "scheduler/model/event.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

struct EndedGang {
  v1::Gang gang;  // as it was; what only a living one has (needs, reason, held) is not set
  std::vector<DecisionRing::Entry> history;
};

class EndedGangs {
 public:
  // The newest are kept.
  static constexpr size_t kKept = 1000;

  // The gang that the event, which is to be applied yet, may end; nullptr: none.
  static const Gang* MayEnd(const State& state, const Event& event);
  // Before that event is applied. The place for what was decided of the gang; nullptr: it is
  // expected already.
  std::vector<DecisionRing::Entry>* Expect(const State& state, const Gang& gang);
  // The events of a step are applied: those of the expected that have ended are kept.
  void OnStepEnd(const State& state, absl::Time now);

  // The oldest first.
  const std::deque<EndedGang>& all() const { return ended_; }
  // The newest of that name; nullptr: none is known.
  const EndedGang* Find(const std::string& ns, const std::string& name) const;

 private:
  struct Expected {
    std::string opener_uid;
    absl::Time created;
    absl::Time began;
    EndedGang as_it_was;
  };

  std::map<GangId, Expected> expected_;
  std::deque<EndedGang> ended_;
};

}  // namespace muster::daemon
