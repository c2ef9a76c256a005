// SPDX-License-Identifier: Apache-2.0
// Started gangs below what they were promised, oldest first and before any new start: waiting
// members get a place, and members that do not exist yet get their holds back while holds last.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/stages.h"
#include "scheduler/cycle/unbacked.h"

namespace muster {

namespace {

// How many of `count` the limits of queue and user still allow.
int32_t Allowed(const Round& round, const Gang& gang, RoleId role, int32_t count) {
  const Amounts& each = round.state().roles().at(role).each;
  for (; count > 0; --count) {
    Amounts sum;
    AddScaled(&sum, each, count);
    if (CheckQuota(round.state(), gang, sum, Asks::kMore).code == ReasonCode::kNone) break;
  }
  return count;
}

// Places up to begun->deficit waiting members, each as far as it goes.
void PlaceWaiting(Round& round, const Gang& gang, Begun* begun) {
  const auto count = std::min<size_t>(begun->waiting.size(), static_cast<size_t>(begun->deficit));
  if (count == 0) return;
  const Shape shape = ShapeOf(round.state(), absl::MakeSpan(begun->waiting).first(count));
  Step step{StepKind::kRepair, gang.id, {}, {}, {}};
  for (const Part& part : shape) {
    const int32_t allowed = Allowed(round, gang, part.role, part.count());
    const auto slots =
        Place(round.draft, round.profile, gang, part.role, allowed, Tree::Use::kUsed);
    Assign(part.pods, slots, &step);
  }
  begun->deficit -= static_cast<int32_t>(step.placements.size());
  std::erase_if(begun->waiting, [&step](PodId pod) {
    return std::any_of(step.placements.begin(), step.placements.end(),
                       [pod](const Placement& placement) { return placement.pod == pod; });
  });
  if (!step.placements.empty()) round.plan->steps.push_back(std::move(step));
}

// The nodes that held room when the driver was bound, as its stamp says: "node=count,…". A hint:
// what it names is used only as far as there is room now.
std::vector<HoldSlot> HoldOnHinted(Round& round, const Gang& gang, int32_t count) {
  std::vector<HoldSlot> slots;
  if (!gang.driver.valid() || !round.state().pod(gang.driver).pod.stamp) return slots;
  const Stamp& stamp = *round.state().pod(gang.driver).pod.stamp;
  for (absl::string_view hint : absl::StrSplit(stamp.hold_nodes, ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(hint, '=');
    const NodeId node = round.state().nodes().Find(parts.first);
    int32_t hinted = 0;
    if (!node.valid() || !absl::SimpleAtoi(parts.second, &hinted)) continue;
    const int32_t room = RoomsOf(round.draft, round.profile, gang.executor)[node.value];
    const int32_t take = std::min({hinted, room, count});
    if (take <= 0) continue;
    round.draft.Take(gang, gang.executor, node, take, Tree::Use::kHeld);
    slots.push_back(HoldSlot{node, take});
    count -= take;
  }
  return slots;
}

void Rehold(Round& round, const Gang& gang, Begun* begun) {
  const bool holding = !gang.full && gang.holds_until > round.now && gang.executor.valid();
  const int32_t unborn = begun->deficit - static_cast<int32_t>(begun->waiting.size());
  if (!holding || unborn <= 0) return;
  const int32_t count = Allowed(round, gang, gang.executor, unborn);
  Step step{StepKind::kRehold, gang.id, {}, {}, {}};
  step.holds = HoldOnHinted(round, gang, count);
  const auto elsewhere = Place(round.draft, round.profile, gang, gang.executor,
                               count - CountOf(step.holds), Tree::Use::kHeld);
  step.holds.insert(step.holds.end(), elsewhere.begin(), elsewhere.end());
  begun->deficit -= CountOf(step.holds);
  if (!step.holds.empty()) round.plan->steps.push_back(std::move(step));
}

// Gives up the room that State::Assume gives up when a member takes a place of its own: the last
// repair, else the last hold. False where there is none.
bool ReleaseOne(Round& round, const Gang& gang, Begun* begun) {
  if (!begun->repairs.empty()) {
    const RepairHold& repair = begun->repairs.back();
    round.draft.Take(gang, repair.role, repair.node, -1, Tree::Use::kHeld);
    begun->repairs.pop_back();
    return true;
  }
  while (!begun->holds.empty() && begun->holds.back().count == 0) begun->holds.pop_back();
  if (begun->holds.empty()) return false;
  round.draft.Take(gang, gang.executor, begun->holds.back().node, -1, Tree::Use::kHeld);
  --begun->holds.back().count;
  return true;
}

// A waiting member that cannot use the room that its gang holds (it is of another shape than the
// one that was lost or forecast) gets a place of its own for it.
void Exchange(Round& round, const Gang& gang, Begun* begun) {
  Step step{StepKind::kRepair, gang.id, {}, {}, {}};
  while (!begun->waiting.empty() && (!begun->repairs.empty() || !begun->holds.empty())) {
    const Begun before = *begun;
    Attempt attempt(round.draft);
    const PodId pod = begun->waiting.front();
    const RoleId role = round.state().pod(pod).footing.role;
    if (!ReleaseOne(round, gang, begun)) break;
    const int32_t allowed = Allowed(round, gang, role, 1);
    const auto slots = Place(round.draft, round.profile, gang, role, allowed, Tree::Use::kUsed);
    if (slots.empty()) {
      *begun = before;
      break;
    }
    attempt.Keep();
    Assign(absl::MakeSpan(&pod, 1), slots, &step);
    begun->waiting.erase(begun->waiting.begin());
  }
  if (!step.placements.empty()) round.plan->steps.push_back(std::move(step));
}

void Repair(Round& round, const Gang& gang, Begun* begun) {
  if (begun->deficit > 0) PlaceWaiting(round, gang, begun);
  if (begun->deficit > 0) Rehold(round, gang, begun);
  if (begun->deficit > 0 && !begun->waiting.empty()) {
    const auto lost = std::min(begun->waiting.size(), static_cast<size_t>(begun->deficit));
    const Shape shape = ShapeOf(round.state(), absl::MakeSpan(begun->waiting).first(lost));
    round.Say(gang.id, ExplainRepair(round.draft, round.profile, gang, shape,
                                     gang.promised - begun->deficit, gang.promised));
    begun->waiting.clear();  // no growth before the floor is back
  }
  if (begun->deficit == 0) Exchange(round, gang, begun);
}

}  // namespace

void RepairDegraded(Round& round) {
  // What is promised to one is not there for the repair of another.
  for (const Begun& begun : round.begun) {
    PromiseUnbacked(round, round.gang(begun.gang), UnbackedMembers(round, begun));
  }
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    const bool degraded = gang.state == GangState::kStarted && gang.queue.valid();
    if (degraded && gang.backoff_until <= round.now) {
      PromiseUnbacked(round, gang, -UnbackedMembers(round, begun));
      Repair(round, gang, &begun);
      PromiseUnbacked(round, gang, UnbackedMembers(round, begun));
    }
    if (UnbackedMembers(round, begun) > 0) ++round.unbacked[gang.queue];
  }
}

}  // namespace muster
