// SPDX-License-Identifier: Apache-2.0
// Why a shape found no room. What the Node objects decide is found once until one changes; the rest
// is read off sums that are kept, so that it costs what changed.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/competition.h"
#include "scheduler/cycle/emptied.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/shortage.h"

namespace muster {

namespace {

constexpr size_t kMostKnown = 4096;  // shapes; beyond that all are forgotten

// "5 nodes: 3 lack node selector pool=spark, 2 have a taint it does not tolerate": each node is
// counted with the first filter that refuses it.
std::string Refusals(Draft& draft, const Profile& profile, RoleId role, bool with_usage) {
  const int64_t present = draft.state().nodes().count();
  const auto refusals = RefusalsOf(draft, profile, role);
  std::string out = absl::StrCat(present, present == 1 ? " node" : " nodes");
  const char* separator = ": ";
  for (bool usage : {false, true}) {
    if (usage && !with_usage) break;
    for (size_t i = 0; i < refusals.size(); ++i) {
      const Filter& filter = *profile.filters[i];
      if (filter.follows_usage() != usage || refusals[i] == 0) continue;
      absl::StrAppend(&out, separator, refusals[i], " ",
                      filter.Refusal(draft.state().roles().at(role)));
      separator = ", ";
    }
  }
  return out;
}

// A field that no node can help with goes first: a node bought for another role would be in vain.
Reason NobodyAdmits(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  for (const bool by_field : {true, false}) {
    for (const Part& part : shape) {
      const bool unsupported = !draft.state().roles().at(part.role).spec.unsupported.empty();
      if (unsupported != by_field || CountAdmitting(draft, profile, part.role) > 0) continue;
      return Reason{.code = ReasonCode::kPredicate,
                    .subject = std::string(RoleName(gang, part)),
                    .detail = Refusals(draft, profile, part.role, false),
                    .by_field = by_field};
    }
  }
  return {};
}

// A part that would not even fit alone.
Reason PartBeyondTheCluster(Draft& draft, const Profile& profile, const Gang& gang,
                            const Shape& shape) {
  const State& state = draft.state();
  for (const Part& part : shape) {
    const int64_t room = EmptiedRoom(draft, profile, state.roles().at(part.role), part.count());
    if (room >= part.count()) continue;
    Reason reason{.code = ReasonCode::kNeverFits, .need = part.count(), .limit = room};
    reason.detail = absl::StrCat(RoleName(gang, part), " asks for ",
                                 ToString(state.roles().at(part.role).spec.requests), "; ",
                                 CountAdmitting(draft, profile, part.role), " of ",
                                 state.nodes().count(), " nodes admit it");
    return reason;
  }
  return {};
}

// Parts that fit alone, but not together.
Reason TogetherBeyondTheCluster(Draft& draft, const Profile& profile, const Gang& gang,
                                const Shape& shape) {
  if (shape.size() == 1) return {};
  Reason reason{.code = ReasonCode::kNeverFits, .need = CountOf(shape)};
  const auto classes = SlotClassesOf(draft, profile, shape, Measure::kAllocatable);
  if (Flows(shape, classes)) {
    const SlotFlow flow = FlowOf(shape, classes);
    if (flow.missing > 0) {
      reason.limit = flow.members;
      reason.at_most = !flow.exact;
      reason.detail = Competition(draft.state(), gang, shape, classes, flow);
      return reason;
    }
    if (flow.exact) return {};
  }
  if (FitsEmptied(draft, profile, shape)) return {};
  reason.limit = CountOf(shape) - 1;
  reason.at_most = true;
  reason.detail = "its roles compete for the same nodes";
  return reason;
}

// Less of a resource in sum than is needed by the roles that the nodes admit.
Reason ShortInSum(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                  Measure measure) {
  const auto shortage = ShortageOf(draft, profile, shape, measure);
  if (!shortage.has_value()) return {};
  Reason reason;
  reason.resource = std::string(draft.state().resources().Name(shortage->column));
  reason.need = shortage->lack.need;
  const std::string who = shortage->lack.whole ? "" : Counted(gang, shape, shortage->lack.parts);
  if (measure == Measure::kFree) {
    reason.code = ReasonCode::kCapacityShort;
    reason.subject = who;
    reason.have = shortage->lack.have;
  } else {
    reason.code = ReasonCode::kNeverFits;
    reason.subject = std::string(kAllNodes);
    reason.limit = shortage->lack.have;
    if (!who.empty()) reason.detail = absl::StrCat("for ", who);
  }
  return reason;
}

Reason FindImpossible(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  for (const auto look : {NobodyAdmits, PartBeyondTheCluster, TogetherBeyondTheCluster}) {
    Reason reason = look(draft, profile, gang, shape);
    if (reason.code != ReasonCode::kNone) return reason;
  }
  return ShortInSum(draft, profile, gang, shape, Measure::kAllocatable);
}

// "room for 3 of 5 executors (8 nodes: …)", for each part that lacks some, or the only one. Sums up
// the members that have room in `have`, at most.
std::string RoomByPart(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                       int64_t* have) {
  std::string text;
  for (const Part& part : shape) {
    const int64_t room = SumOfRooms(draft, profile, part.role, part.count());
    *have += room;
    if (room >= part.count() && shape.size() > 1) continue;
    absl::StrAppend(&text, text.empty() ? "" : "; ", "room for ", room, " of ", part.count(), " ",
                    RoleName(gang, part), part.count() == 1 ? " (" : "s (",
                    Refusals(draft, profile, part.role, true), ")");
  }
  return text;
}

// Whether no node admits two of the parts.
bool Apart(Draft& draft, const Profile& profile, const Shape& shape) {
  if (shape.size() > 63) return false;  // the last bit is shared
  std::vector<RoleId> roles;
  for (const Part& part : shape) roles.push_back(part.role);
  const PoolColumns& pool = PoolOf(draft, profile, roles);
  return std::all_of(pool.sums.begin(), pool.sums.end(),
                     [](const auto& entry) { return (entry.first & (entry.first - 1)) == 0; });
}

struct Members {
  int64_t count = 0;
  bool at_most = false;
};

// Of parts of which each fits alone. Says who competes for what.
Members MembersThatFit(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape,
                       std::string* detail) {
  const auto classes = SlotClassesOf(draft, profile, shape, Measure::kFree);
  if (Flows(shape, classes)) {
    const SlotFlow flow = FlowOf(shape, classes);
    if (flow.missing > 0) {
      *detail = Competition(draft.state(), gang, shape, classes, flow);
      return {flow.members, !flow.exact};
    }
  }
  *detail = "its roles compete for the same nodes";
  return {CountOf(shape) - 1, true};
}

}  // namespace

Reason ExplainImpossible(Draft& draft, const Profile& profile, const Gang& gang,
                         const Shape& shape) {
  KnownShapes& known = draft.known_shapes();
  const uint64_t changes = draft.state().nodes().object_changes();
  if (known.object_changes != changes || known.impossible.size() > kMostKnown) {
    known.impossible.clear();
    known.object_changes = changes;
  }
  KnownShapes::Key key;
  for (const Part& part : shape) key.emplace_back(part.role, part.count(), RoleName(gang, part));
  const auto [entry, fresh] = known.impossible.try_emplace(std::move(key));
  if (fresh) entry->second = FindImpossible(draft, profile, gang, shape);
  return entry->second;
}

bool NodesMayCome(const State& state, const Gang& gang) {
  return gang.queue.valid() && state.tree().at(gang.queue).autoscale != Autoscale::kNone;
}

Reason ExplainHopeless(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  Reason reason = ExplainImpossible(draft, profile, gang, shape);
  return reason.by_field || !NodesMayCome(draft.state(), gang) ? reason : Reason{};
}

bool CouldStart(Draft& draft, const Profile& profile, const Gang& gang) {
  const Shape& shape = StartShape(draft.state(), gang);
  StartShapes::Need& need = draft.state().start_shapes().at(gang.id);
  const uint64_t now = draft.state().nodes().object_changes() + 1;
  if (need.possible_at != now) {
    need.possible = ExplainImpossible(draft, profile, gang, shape).code == ReasonCode::kNone;
    need.possible_at = now;
  }
  return need.possible;
}

Reason ExplainRepair(Draft& draft, const Profile& profile, const Gang& gang, const Shape& lacking,
                     int64_t have, int64_t need) {
  Reason cause = CheckQuota(draft.state(), gang, Sum(draft.state(), lacking), Asks::kMore);
  const bool of_nodes = cause.code == ReasonCode::kNone;
  if (of_nodes) cause = ExplainShortage(draft, profile, gang, lacking);
  // It ran before: where even the empty cluster is too small now, a node would cure that.
  const bool shrunk = of_nodes && cause.code == ReasonCode::kNeverFits;
  return Reason{.code = ReasonCode::kRepairing,
                .need = need,
                .have = have,
                .detail = Message(cause),
                .by_field = cause.by_field,
                .cause = shrunk ? ReasonCode::kCapacityShort : cause.code};
}

Reason ExplainShortage(Draft& draft, const Profile& profile, const Gang& gang, const Shape& shape) {
  Reason reason = ExplainImpossible(draft, profile, gang, shape);
  const bool too_few_nodes = reason.code == ReasonCode::kNeverFits;
  const bool stays = !too_few_nodes || !NodesMayCome(draft.state(), gang);
  if (reason.code != ReasonCode::kNone && stays) return reason;
  reason = ShortInSum(draft, profile, gang, shape, Measure::kFree);
  int64_t room = 0;
  reason.detail = RoomByPart(draft, profile, gang, shape, &room);
  const bool compete = room >= CountOf(shape);  // each part fits alone
  Members fit{room, shape.size() > 1 && !Apart(draft, profile, shape)};
  if (compete) fit = MembersThatFit(draft, profile, gang, shape, &reason.detail);
  if (reason.code != ReasonCode::kNone) return reason;
  reason.code = ReasonCode::kFragmented;
  reason.need = CountOf(shape);
  reason.have = fit.count;
  reason.at_most = fit.at_most;
  return reason;
}

}  // namespace muster
