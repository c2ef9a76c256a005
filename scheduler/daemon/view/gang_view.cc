// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/gang_view.h"

#include <algorithm>

#include "scheduler/daemon/view/sight.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

absl::string_view KindOf(const Gang& gang) {
  switch (gang.kind) {
    case GangKind::kSpark: return "Spark";
    case GangKind::kDeclared: return "declared";
    case GangKind::kSingle: break;
  }
  return "single";
}

void AddTo(RoleId role, int32_t count, Shape* shape) {
  const auto at = std::find_if(shape->begin(), shape->end(),
                               [role](const Part& part) { return part.role == role; });
  Part& part = at != shape->end() ? *at : shape->emplace_back(Part{role, {}, 0});
  part.forecast += count;
}

int32_t Living(const State& state, const Gang& gang) {
  return static_cast<int32_t>(
      std::count_if(gang.members.begin(), gang.members.end(),
                    [&state](PodId id) { return !IsTerminal(state.pod(id).pod); }));
}

}  // namespace

absl::string_view StateOf(const State& state, const Gang& gang) {
  if (gang.state == GangState::kEnded) return "ended";
  if (gang.evicted) return "evicted";
  if (gang.state == GangState::kWaiting) return "waiting";
  if (gang.state == GangState::kStarting) return "starting";
  return state.Deficit(gang) > 0 ? "degraded" : "running";
}

absl::string_view RoleOf(const Gang& gang, PodId member) {
  if (gang.kind != GangKind::kSpark) return "member";
  return member == gang.driver ? "driver" : "executor";
}

Shape ShapeNow(const State& state, const Gang& gang) {
  if (gang.state == GangState::kWaiting) return StartShape(state, gang);
  std::vector<PodId> bound;
  for (PodId id : gang.members) {
    if (OnNode(state.pod(id).footing.standing)) bound.push_back(id);
  }
  // The driver first, as it starts.
  std::stable_partition(bound.begin(), bound.end(),
                        [&gang](PodId id) { return id == gang.driver; });
  Shape shape = ShapeOf(state, bound);
  for (const HoldSlot& slot : gang.holds) AddTo(gang.executor, slot.count, &shape);
  for (const RepairHold& repair : gang.repairs) AddTo(repair.role, 1, &shape);
  return shape;
}

void RenderIdentity(const State& state, const Gang& gang, v1::Gang* out) {
  out->set_namespace_(gang.ns);
  out->set_name(gang.name);
  out->set_kind(std::string(KindOf(gang)));
  if (gang.queue.valid()) out->set_queue(state.tree().at(gang.queue).path);
  out->set_user(gang.user);
  out->set_app(gang.app);
  out->set_priority(gang.priority);
  out->set_minimum(gang.minimum);
  *out->mutable_created() = Timestamp(gang.created);
  if (gang.began != absl::InfiniteFuture()) *out->mutable_began() = Timestamp(gang.began);
}

v1::Gang Render(const Scene& scene, const Gang& gang, const Sight& sight) {
  const State& state = scene.state;
  v1::Gang out;
  RenderIdentity(state, gang, &out);
  out.set_state(std::string(StateOf(state, gang)));
  *out.mutable_wait() = Span(std::min(gang.began, scene.now) - gang.created);
  out.set_members(Living(state, gang));
  out.set_bound(gang.bound);
  out.set_held(HeldMembers(gang) + static_cast<int32_t>(gang.repairs.size()));
  if (const Verdict* verdict = scene.chronicle.VerdictOf(gang, scene.last)) {
    out.set_reason(std::string(Name(verdict->reason->code)));
    out.set_message(Veiled(Message(verdict->reason), sight));
    out.set_position(verdict->position);
  }
  AddQuantities(state.resources(), Sum(state, ShapeNow(state, gang)), 0, out.mutable_needs());
  return out;
}

}  // namespace muster::daemon
