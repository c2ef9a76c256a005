// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/standing.h"

#include <string>
#include <utility>

#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/shape.h"

namespace muster {

namespace {

constexpr size_t kFewRuns = 4096;

// kNone: it may stand in line.
Reason WhyAside(const State& state, const Gang& gang, absl::Time now) {
  if (gang.driver.valid() && state.pod(gang.driver).footing.standing != Standing::kWaiting) {
    // Gated, or being deleted: what it creates then is never placed.
    return Reason{.code = ReasonCode::kGangIncomplete,
                  .need = gang.minimum,
                  .detail = "its driver is gated, or on its way out"};
  }
  return Judge(state, gang, now);
}

}  // namespace

void UpdateBacklog(const State& state, const Profile& profile, absl::Time now) {
  Backlog& backlog = state.backlog();
  const size_t waiting = state.attention().size();
  // Apps and run times that nobody has any more are forgotten, and so are kinds.
  const bool swept = state.start_shapes().Sweep(waiting);
  if (swept || backlog.runs() > kFewRuns + 2 * waiting) backlog.Clear();
  static const std::string kAll;
  for (GangId id : backlog.TakeChanged(state.gangs().size())) {
    const Gang& gang = state.gang(id);
    if (!gang.id.valid() || !state.attention().contains(id)) continue;
    if (gang.state != GangState::kWaiting) {
      backlog.PutBegun(id);
      continue;
    }
    if (gang.waiting.empty()) continue;
    Reason why = WhyAside(state, gang, now);
    if (why.code != ReasonCode::kNone) {
      backlog.PutAside(id, std::move(why));
      continue;
    }
    const bool by_user = profile.order(state.tree().at(gang.queue).order).by_user();
    backlog.PutInLine(gang, by_user ? gang.user : kAll, KindOf(state, gang));
  }
}

}  // namespace muster
