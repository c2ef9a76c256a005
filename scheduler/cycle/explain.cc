// SPDX-License-Identifier: Apache-2.0
// Why a shape found no room. Slow path: asked once per shape and cycle, only of what waits.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/emptied.h"
#include "scheduler/cycle/fit.h"

namespace muster {

namespace {

int64_t CountAdmitting(absl::Span<const int32_t> admission) {
  return std::count_if(admission.begin(), admission.end(), [](int32_t room) { return room > 0; });
}

int64_t CountPresent(const Nodes& nodes) {
  int64_t present = 0;
  for (uint32_t i = 0; i < nodes.size(); ++i) present += nodes.present(NodeId{i}) ? 1 : 0;
  return present;
}

// "5 nodes: 3 lack node selector pool=spark, 2 have a taint it does not tolerate": each node is
// counted with the first filter that refuses it.
std::string Refusals(const Profile& profile, const State& state, const RoleClass& role,
                     bool with_usage) {
  const Nodes& nodes = state.nodes();
  const auto count = static_cast<uint32_t>(nodes.size());
  std::vector<int32_t> rooms(count, kAnyRoom);
  std::vector<bool> refused(count, false);
  for (uint32_t i = 0; i < count; ++i) refused[i] = !nodes.present(NodeId{i});
  const int64_t present = CountPresent(nodes);
  std::string out = absl::StrCat(present, present == 1 ? " node" : " nodes");
  const char* separator = ": ";
  for (bool usage : {false, true}) {
    if (usage && !with_usage) break;
    for (const auto& filter : profile.filters) {
      if (filter->follows_usage() != usage) continue;
      filter->Limit(role, state, NodeRange{0, count}, absl::MakeSpan(rooms));
      int64_t newly = 0;
      for (uint32_t i = 0; i < count; ++i) {
        if (refused[i] || rooms[i] > 0) continue;
        refused[i] = true;
        ++newly;
      }
      if (newly == 0) continue;
      absl::StrAppend(&out, separator, newly, " ", filter->Refusal(role));
      separator = ", ";
    }
  }
  return out;
}

// What the cluster's nodes that admit any part hold in all, against the sum the gang needs.
Reason BeyondTheCluster(Draft& draft, const Profile& profile, const Gang& gang,
                        const Shape& shape) {
  const State& state = draft.state();
  for (const Part& part : shape) {
    const int64_t room = EmptiedRoom(draft, profile, state.roles().at(part.role), part.count());
    if (room >= part.count()) continue;
    Reason reason{.code = ReasonCode::kNeverFits, .need = part.count(), .limit = room};
    reason.detail = absl::StrCat(RoleName(gang, part), " asks for ",
                                 ToString(state.roles().at(part.role).spec.requests), "; ",
                                 CountAdmitting(AdmissionOf(draft, profile, part.role)), " of ",
                                 CountPresent(state.nodes()), " nodes admit it");
    return reason;
  }
  if (shape.size() > 1 && !FitsEmptied(draft, profile, shape)) {
    return Reason{.code = ReasonCode::kNeverFits,
                  .need = CountOf(shape),
                  .limit = CountOf(shape) - 1,
                  .detail = "its roles compete for the same nodes"};
  }
  return {};
}

enum class Measure { kAllocatable, kFree };

// The first resource of which the nodes that admit any part have less in sum than the gang needs.
Reason ShortInSum(Draft& draft, const Profile& profile, const Shape& shape, Measure measure) {
  const State& state = draft.state();
  const Nodes& nodes = state.nodes();
  std::vector<bool> pool(nodes.size(), false);
  for (const Part& part : shape) {
    const auto admission = AdmissionOf(draft, profile, part.role);
    for (uint32_t i = 0; i < nodes.size(); ++i) pool[i] = pool[i] || admission[i] > 0;
  }
  const Amounts need = Sum(state, shape);
  for (size_t column = 0; column < need.size(); ++column) {
    if (need[column] == 0) continue;
    const auto amounts =
        measure == Measure::kAllocatable ? nodes.allocatable(column) : nodes.free(column);
    int64_t sum = 0;
    for (uint32_t i = 0; i < amounts.size(); ++i) {
      if (pool[i]) sum = SaturatingAdd(sum, std::max<int64_t>(amounts[i], 0));
    }
    if (need[column] <= sum) continue;
    Reason reason;
    reason.resource = std::string(state.resources().Name(static_cast<uint32_t>(column)));
    reason.need = need[column];
    if (measure == Measure::kAllocatable) {
      reason.code = ReasonCode::kNeverFits;
      reason.subject = "the whole cluster";
      reason.limit = sum;
    } else {
      reason.code = ReasonCode::kCapacityShort;
      reason.have = sum;
    }
    return reason;
  }
  return {};
}

}  // namespace

Reason ExplainImpossible(Draft& draft, const Profile& profile, const Gang& gang,
                         const Shape& shape) {
  const State& state = draft.state();
  for (const Part& part : shape) {
    if (CountAdmitting(AdmissionOf(draft, profile, part.role)) > 0) continue;
    return Reason{.code = ReasonCode::kPredicate,
                  .subject = std::string(RoleName(gang, part)),
                  .detail = Refusals(profile, state, state.roles().at(part.role), false)};
  }
  Reason reason = BeyondTheCluster(draft, profile, gang, shape);
  if (reason.code != ReasonCode::kNone) return reason;
  return ShortInSum(draft, profile, shape, Measure::kAllocatable);
}

Reason ExplainShortage(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  const State& state = draft.state();
  Reason reason = ExplainImpossible(draft, profile, gang, shape);
  if (reason.code != ReasonCode::kNone) return reason;
  reason = ShortInSum(draft, profile, shape, Measure::kFree);
  if (reason.code == ReasonCode::kNone) {
    reason.code = ReasonCode::kFragmented;
    reason.need = CountOf(shape);
  }
  for (const Part& part : shape) {
    const int64_t room = SumOfRooms(draft, profile, part.role, part.count());
    if (reason.code == ReasonCode::kFragmented) reason.have += room;
    if (room >= part.count() && shape.size() > 1) continue;
    absl::StrAppend(&reason.detail, reason.detail.empty() ? "" : "; ", "room for ", room, " of ",
                    part.count(), " ", RoleName(gang, part), part.count() == 1 ? " (" : "s (",
                    Refusals(profile, state, state.roles().at(part.role), true), ")");
  }
  if (reason.code == ReasonCode::kFragmented && reason.have >= reason.need) {
    reason.detail = "its roles compete for the same nodes";
    reason.have = 0;
    for (const Part& part : shape) {
      reason.have =
          std::max<int64_t>(reason.have, SumOfRooms(draft, profile, part.role, part.count()));
    }
  }
  return reason;
}

}  // namespace muster
