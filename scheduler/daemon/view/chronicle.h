// SPDX-License-Identifier: Apache-2.0
// What was decided of each gang: where its verdict stands in the last plan, and the recent past.
// Loop's thread. A cycle costs one pass over the plan's verdicts, and nothing is rendered.
//
// A wait is a decision once its reason code has stood for a moment: most gangs start within it, and
// numbers move all the time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/daemon/view/decision_ring.h"
#include "scheduler/daemon/view/ended_gangs.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class Chronicle : public loop::Observer {
 public:
  // Decisions of one gang that are kept.
  static constexpr size_t kHistory = 16;

  // `listener`, where there is one, hears each decision as it is made.
  using Listener = std::function<void(const Decided& decided)>;
  explicit Chronicle(DecisionRing* ring, Listener listener = nullptr)
      : ring_(ring), listener_(std::move(listener)) {}

  void OnStart(const State& state) override { state_ = &state; }
  void OnEvent(const Event& event, absl::Time now) override;
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;
  void OnStepEnd(const State& state, absl::Time now) override { ended_.OnStepEnd(state, now); }
  // Tells the waits that have stood long enough; to be called now and then. `last`: the last plan.
  void Flush(const State& state, const Plan& last, absl::Time now);

  // nullptr where the last plan has none of this gang.
  const Verdict* VerdictOf(const Gang& gang, const Plan& last) const;
  // The newest last; empty where nothing is known of this gang.
  std::vector<DecisionRing::Entry> HistoryOf(const Gang& gang) const;
  const EndedGangs& ended() const { return ended_; }

 private:
  static constexpr absl::Duration kMoment = absl::Seconds(1);

  // By gang id. Ids are reused: another gang has another opener.
  struct Slot {
    std::string opener_uid;
    ReasonCode told = ReasonCode::kNone;
    std::vector<DecisionRing::Entry> history;  // an empty deque has room for many
  };
  // A code that was not told yet.
  struct Untold {
    ReasonCode code = ReasonCode::kNone;
    absl::Time since;
  };

  Slot& SlotOf(const Gang& gang);
  const Slot* Known(const Gang& gang) const;
  void OnVerdicts(const State& state, const Plan& plan, absl::Time now);
  bool Told(const Gang& gang, ReasonCode code, absl::Time now);
  void OnStep(const State& state, const Step& step, absl::Time now);
  void OnClaim(const State& state, const Claim& claim, absl::Time now);
  Decided Begin(const State& state, const Gang& gang, Decided::Kind kind, absl::Time now) const;
  void Tell(const Gang& gang, Decided decided);

  DecisionRing* const ring_;
  const Listener listener_;
  const State* state_ = nullptr;  // that events happen to; null: they are not followed
  int64_t cycle_ = 0;
  // By gang id: why it waits, as was told of it and as the gang is now.
  std::vector<SharedReason> heard_;
  ChangeReader changes_;
  // By gang id: where it stands in the plan of that cycle; made when somebody asks.
  mutable std::vector<uint32_t> places_;
  mutable int64_t placed_ = -1;
  std::vector<Slot> slots_;
  std::map<GangId, Untold> untold_;
  EndedGangs ended_;
};

}  // namespace muster::daemon
