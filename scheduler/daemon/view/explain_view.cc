// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/explain_view.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/link_template.h"
#include "scheduler/codec/quote.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/daemon/view/cost_to_others.h"
#include "scheduler/daemon/view/gang_view.h"
#include "scheduler/daemon/view/sight.h"
#include "scheduler/daemon/view/tried.h"
#include "scheduler/daemon/view/units.h"

namespace muster::daemon {
namespace {

constexpr size_t kMostAhead = 10;

// The one that has not ended before one of the same name that has.
const muster::Gang* FindGang(const State& state, const v1::ExplainRequest& request) {
  const muster::Gang* found = nullptr;
  for (const muster::Gang& gang : state.gangs()) {
    if (!gang.id.valid() || gang.name != request.name() || gang.ns != request.namespace_()) {
      continue;
    }
    if (found == nullptr || found->state == GangState::kEnded) found = &gang;
  }
  if (found != nullptr) return found;
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || slot.pod.name != request.name()) continue;
    if (slot.pod.ns != request.namespace_() || !slot.footing.gang.valid()) continue;
    found = &state.gang(slot.footing.gang);
  }
  return found;
}

void AddRoles(const State& state, const muster::Gang& gang, const Shape& shape,
              v1::Explanation* out) {
  for (const Part& part : shape) {
    v1::Role* role = out->add_roles();
    role->set_name(std::string(RoleName(gang, part)));
    role->set_count(part.count());
    AddQuantities(state.resources(), state.roles().at(part.role).each, 0, role->mutable_each());
  }
}

// Those before it in its leaf, by their positions.
void AddAhead(const Scene& scene, const muster::Gang& gang, int32_t position, const Sight& sight,
              v1::Explanation* out) {
  std::vector<const Verdict*> ahead;
  for (const Verdict& verdict : scene.last.verdicts) {
    if (verdict.position <= 0 || verdict.position >= position) continue;
    const muster::Gang& other = scene.state.gang(verdict.gang);
    if (other.id.valid() && other.queue == gang.queue) ahead.push_back(&verdict);
  }
  const size_t count = std::min(ahead.size(), kMostAhead);
  std::partial_sort(ahead.begin(), ahead.begin() + static_cast<std::ptrdiff_t>(count), ahead.end(),
                    [](const Verdict* a, const Verdict* b) { return a->position > b->position; });
  for (size_t i = 0; i < count; ++i) {
    out->add_ahead(Veiled(FullName(scene.state.gang(ahead[i]->gang)), sight));
  }
}

absl::string_view StateOf(const PodSlot& slot) {
  switch (slot.footing.standing) {
    case Standing::kGated: return "gated";
    case Standing::kWaiting: return "waiting";
    case Standing::kAssumed: return "assumed";
    case Standing::kBound: return slot.pod.phase == PodPhase::kRunning ? "running" : "bound";
    case Standing::kSucceeded: return "succeeded";
    case Standing::kFailed: return "failed";
    case Standing::kNone:
    case Standing::kForeign:
    case Standing::kLeaving:
    case Standing::kDeparting: break;
  }
  return "leaving";
}

void AddMembers(const State& state, const muster::Gang& gang, v1::Explanation* out) {
  std::vector<PodId> members = gang.members;
  std::sort(members.begin(), members.end(), [&](PodId a, PodId b) {
    if ((a == gang.driver) != (b == gang.driver)) return a == gang.driver;
    return state.pod(a).pod.name < state.pod(b).pod.name;
  });
  if (members.size() > kMostMembers) members.resize(kMostMembers);
  for (PodId id : members) {
    const PodSlot& slot = state.pod(id);
    v1::Member* member = out->add_members();
    member->set_pod(slot.pod.name);
    member->set_role(std::string(RoleOf(gang, id)));
    if (OnNode(slot.footing.standing)) {
      member->set_node(state.nodes().at(slot.footing.node).name);
    } else {
      member->set_node(slot.pod.node_name);
    }
    member->set_state(std::string(StateOf(slot)));
  }
}

// The application id of a job whose gang is named by something else (muster.dev/gang).
std::string AppOf(const State& state, const muster::Gang& gang) {
  if (gang.kind == GangKind::kSpark) return gang.name;
  for (PodId id : gang.members) {
    const Pod& pod = state.pod(id).pod;
    if (pod.uid == gang.opener_uid) return pod.spark_app;
  }
  return "";
}

codec::LinkValues WhatIsKnown(const State& state, const muster::Gang& gang) {
  const std::string queue = gang.queue.valid() ? state.tree().at(gang.queue).path : "";
  return {gang.ns, gang.name, AppOf(state, gang), gang.app, queue, gang.user};
}

// Why there is no verdict.
absl::string_view Unspoken(const muster::Gang& gang) {
  if (gang.state == GangState::kEnded) return "it has ended";
  if (gang.state != GangState::kWaiting) return "";
  if (gang.waiting.empty())
    return "none of its pods can be placed: they have gates, or are leaving";
  return "it has just come and was not looked at yet";
}

// Of a gang that the state has forgotten.
v1::Explanation ExplainEnded(const EndedGang& ended, const Sight& sight) {
  v1::Explanation out;
  *out.mutable_gang() = ended.gang;
  out.mutable_gang()->set_message("it has ended, and its pods are gone");
  out.set_message(out.gang().message());
  for (const DecisionRing::Entry& entry : ended.history) {
    *out.add_history() = Render(*entry, sight);
  }
  return out;
}

}  // namespace

absl::StatusOr<v1::Explanation> Explain(const Scene& scene, const v1::ExplainRequest& request,
                                        const Sight& sight) {
  for (const auto& [field, value] :
       {std::pair("namespace", &request.namespace_()), std::pair("name", &request.name())}) {
    if (value->empty()) {
      return absl::InvalidArgumentError(absl::StrCat(field, ": expected the gang's or a pod's"));
    }
  }
  const State& state = scene.state;
  const bool sees = sight.Sees(request.namespace_());
  const muster::Gang* gang = sees ? FindGang(state, request) : nullptr;
  const EndedGang* ended =
      sees ? scene.chronicle.ended().Find(request.namespace_(), request.name()) : nullptr;
  if (gang == nullptr && ended != nullptr) return ExplainEnded(*ended, sight);
  if (gang == nullptr) {
    return absl::NotFoundError(absl::StrCat("no gang or pod ", codec::Quoted(request.name()),
                                            " of Muster's in namespace ",
                                            codec::Quoted(request.namespace_())));
  }
  v1::Explanation out;
  *out.mutable_gang() = Render(scene, *gang, sight);
  if (out.gang().reason().empty()) {
    out.mutable_gang()->set_message(std::string(Unspoken(*gang)));
  }
  if (gang->state == GangState::kEnded && ended != nullptr) {
    *out.mutable_gang()->mutable_ended() = ended->gang.ended();
    out.mutable_gang()->set_evicted(ended->gang.evicted());
  }
  out.set_reason(out.gang().reason());
  out.set_message(out.gang().message());
  out.set_position(out.gang().position());
  *out.mutable_needs() = out.gang().needs();
  const Shape shape = ShapeNow(state, *gang);
  AddRoles(state, *gang, shape, &out);
  if (const Verdict* verdict = scene.chronicle.VerdictOf(*gang, scene.last)) {
    out.set_unblock(Veiled(Unblock(verdict->reason), sight));
    AddAhead(scene, *gang, verdict->position, sight, &out);
  }
  if (gang->state == GangState::kWaiting && gang->queue.valid() && !shape.empty()) {
    AddTried(scene, *gang, shape, &out);
    AddCost(scene, *gang, shape, sight, &out);
  }
  AddMembers(state, *gang, &out);
  out.set_history_url(codec::LinkTo(state.config().history_url, WhatIsKnown(state, *gang)));
  for (const DecisionRing::Entry& entry : scene.chronicle.HistoryOf(*gang)) {
    *out.add_history() = Render(*entry, sight);
  }
  return out;
}

}  // namespace muster::daemon
