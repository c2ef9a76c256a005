// SPDX-License-Identifier: Apache-2.0
// The rendering of each decision into log lines: one per gang that starts, is repaired, evicted or
// given up, and one per waiting gang when the reason code that it is given changes and the new one
// has stood for a moment (its numbers move all the time: they are in metrics and in the pod's
// condition).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scheduler/daemon/log.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class DecisionLog : public loop::Observer {
 public:
  explicit DecisionLog(Log* log) : log_(log) {}

  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  // Says what has stood long enough by `now`; to be called now and then by the loop's thread.
  void Flush(const State& state, absl::Time now);

 private:
  static constexpr absl::Duration kMoment = absl::Seconds(1);

  // What was last said of the gang in a slot; another gang of the slot has another opener.
  struct Said {
    std::string opener_uid;
    ReasonCode code = ReasonCode::kNone;
  };
  // A verdict of a code that was not said yet.
  struct Unsaid {
    Verdict verdict;
    std::string opener_uid;
    absl::Time since;  // the code stands
  };
  Said& SaidOf(const Gang& gang);
  void OnStep(const State& state, const Step& step, absl::Time now);
  void OnClaim(const State& state, const Claim& claim);
  void OnVerdict(const State& state, const Verdict& verdict, absl::Time now);
  void Say(const State& state, const Verdict& verdict, absl::Time now);

  Log* const log_;
  std::vector<Said> said_;  // by gang
  std::map<GangId, Unsaid> unsaid_;
};

}  // namespace muster::daemon
