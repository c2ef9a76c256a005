// SPDX-License-Identifier: Apache-2.0
// The law that every verdict's numbers are true.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/cycle/laws.h"
#include "test/cycle/slow_limits.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {

namespace {

struct Want {
  RoleId role;
  int64_t count = 0;
};

// What the gang needs to start, by role; empty where it is not complete.
std::vector<Want> Needs(const State& state, const Gang& gang) {
  std::vector<PodId> members = gang.waiting;
  std::sort(members.begin(), members.end(), [&](PodId a, PodId b) {
    if ((a == gang.driver) != (b == gang.driver)) return a == gang.driver;
    const Pod& x = state.pod(a).pod;
    const Pod& y = state.pod(b).pod;
    return std::tie(x.created, x.name, x.uid) < std::tie(y.created, y.name, y.uid);
  });
  std::map<RoleId, int64_t> counts;
  int64_t left = gang.minimum;
  for (PodId pod : members) {
    if (left == 0) break;
    ++counts[state.pod(pod).footing.role];
    --left;
  }
  if (left > 0 && !gang.forecast.has_value()) return {};
  if (left > 0) counts[gang.executor] += left;
  std::vector<Want> wants;
  for (const auto& [role, count] : counts) wants.push_back({role, count});
  return wants;
}

struct Sums {
  int64_t rooms = 0;        // of the role, as nodes are
  int64_t empty_rooms = 0;  // were they empty
  int64_t admitting = 0;
};

Sums SumsFor(const State& state, RoleId role) {
  Sums sums;
  const RoleSpec& spec = state.roles().at(role).spec;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const NodeId id{i};
    if (!state.nodes().present(id)) continue;
    const Node& node = state.nodes().at(id);
    sums.admitting += SlowAdmits(spec, node) ? 1 : 0;
    sums.rooms += SlowRoom(spec, node, SlowFree(state, id));
    sums.empty_rooms += SlowRoom(spec, node, node.allocatable);
  }
  return sums;
}

// Free in sum on the nodes that admit any of the roles.
int64_t FreeInPool(const State& state, const std::vector<Want>& wants,
                   const std::string& resource) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const NodeId id{i};
    const bool in_pool = std::any_of(wants.begin(), wants.end(), [&](const Want& want) {
      return SlowAdmits(state.roles().at(want.role).spec, state.nodes().at(id));
    });
    if (!state.nodes().present(id) || !in_pool) continue;
    sum += std::max<int64_t>(SlowFree(state, id).Get(resource), 0);
  }
  return sum;
}

int64_t NeedOf(const State& state, const std::vector<Want>& wants, const std::string& resource) {
  int64_t sum = 0;
  for (const Want& want : wants) {
    const RoleSpec& spec = state.roles().at(want.role).spec;
    sum += want.count * (resource == kPods ? 1 : spec.requests.Get(resource));
  }
  return sum;
}

using Left = std::vector<ResourceList>;  // by node

Left LeftOf(const State& state, bool emptied) {
  Left left;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const NodeId id{i};
    const bool there = state.nodes().present(id);
    left.push_back(!there    ? ResourceList()
                   : emptied ? state.nodes().at(id).allocatable
                             : SlowFree(state, id));
  }
  return left;
}

// Whether `wanted` of the members find a place, by trying every node, and none, for each.
bool FindPlaces(const State& state, const std::vector<RoleId>& members, size_t next, int64_t wanted,
                Left* left) {
  if (wanted <= 0) return true;
  if (wanted > static_cast<int64_t>(members.size() - next)) return false;
  const RoleSpec& spec = state.roles().at(members[next]).spec;
  for (uint32_t i = 0; i < left->size(); ++i) {
    if (!state.nodes().present(NodeId{i})) continue;
    if (SlowRoom(spec, state.nodes().at(NodeId{i}), (*left)[i]) == 0) continue;
    const ResourceList before = (*left)[i];
    for (const auto& [name, amount] : spec.requests.entries()) {
      (*left)[i].Set(name, before.Get(name) - amount);
    }
    (*left)[i].Set(kPods, before.Get(kPods) - 1);
    const bool found = FindPlaces(state, members, next + 1, wanted - 1, left);
    (*left)[i] = before;
    if (found) return true;
  }
  return FindPlaces(state, members, next + 1, wanted, left);
}

bool Fit(const State& state, const std::vector<Want>& wants, int64_t count, bool emptied) {
  std::vector<RoleId> members;
  for (const Want& want : wants) {
    members.insert(members.end(), static_cast<size_t>(want.count), want.role);
  }
  Left left = LeftOf(state, emptied);
  return FindPlaces(state, members, 0, count, &left);
}

int64_t CountOf(const std::vector<Want>& wants) {
  int64_t count = 0;
  for (const Want& want : wants) count += want.count;
  return count;
}

// What the roles of some set of the gang's lack most of the resource, and whether the reason says
// of one such set what it needs and has.
struct Lacking {
  int64_t most = 0;
  bool told = false;
};
Lacking LackOf(const State& state, const std::vector<Want>& wants, const std::string& resource,
               const Reason& reason) {
  Lacking lacking;
  for (size_t set = 1; set < size_t{1} << wants.size(); ++set) {
    std::vector<Want> some;
    for (size_t i = 0; i < wants.size(); ++i) {
      if ((set >> i & 1) != 0) some.push_back(wants[i]);
    }
    const int64_t need = NeedOf(state, some, resource);
    const int64_t free = FreeInPool(state, some, resource);
    lacking.most = std::max(lacking.most, need - free);
    lacking.told = lacking.told || (need == reason.need && free == reason.have);
  }
  return lacking;
}

std::string JudgeNeverFits(const State& state, const std::vector<Want>& wants,
                           const Reason& reason) {
  if (absl::StartsWith(reason.subject, "max of ") ||
      absl::StartsWith(reason.subject, "guaranteed of ")) {
    return reason.need > reason.limit ? "" : "it would fit its max";
  }
  if (wants.empty()) return "";
  if (Fit(state, wants, CountOf(wants), true)) return "it fits the emptied cluster";
  if (!reason.resource.empty()) return reason.need > reason.limit ? "" : "enough in sum";
  for (const Want& want : wants) {  // alone it does not fit
    if (want.count == reason.need && SumsFor(state, want.role).empty_rooms == reason.limit) {
      return "";
    }
  }
  if (reason.need != CountOf(wants)) return "needs another";
  if (Fit(state, wants, reason.limit + 1, true)) return "more fit the emptied cluster";
  if (reason.at_most) return reason.limit < reason.need ? "" : "all would fit";
  return Fit(state, wants, reason.limit, true) ? "" : "fewer fit the emptied cluster";
}

std::string JudgeFragmented(const State& state, const std::vector<Want>& wants,
                            const Reason& reason) {
  for (uint32_t i = 0; i < state.resources().size(); ++i) {
    const std::string resource(state.resources().Name(i));
    if (LackOf(state, wants, resource, reason).most > 0) {
      return absl::StrCat("short of ", resource, " in sum");
    }
  }
  if (wants.empty()) return "";
  if (reason.need != CountOf(wants)) return "needs another";
  if (reason.have >= reason.need) return "all have room";
  if (Fit(state, wants, reason.have + 1, false)) return "room for more";
  if (reason.at_most) return "";
  return Fit(state, wants, reason.have, false) ? "" : "room for fewer";
}

std::string Judge(const State& state, const Gang& gang, const Reason& reason) {
  const bool waits = gang.state == GangState::kWaiting;
  std::vector<Want> wants = waits ? Needs(state, gang) : std::vector<Want>();
  const auto limited = [&](const std::string& who) -> std::string {
    const SlowLimits limits = LimitsOf(state.config(), UsesOf(state));
    const auto found = limits.find({who, reason.resource});
    if (found == limits.end()) {
      // Of a user who has nothing yet there is nothing to add up.
      return reason.have == 0 ? "" : "no such limit";
    }
    if (found->second.have != reason.have) return "uses another amount";
    if (found->second.limit != reason.limit) return "the limit is another";
    const int64_t need = reason.resource.empty() ? 1 : reason.need;
    return need + reason.have > reason.limit ? "" : "it would fit";
  };
  const auto quota = [&]() -> std::string {
    if (reason.resource.empty()) return limited("queue " + reason.subject);
    for (const Queue& queue : state.tree().queues()) {
      if (queue.path != reason.subject) continue;
      for (size_t i = 0; i < queue.limit.size(); ++i) {
        if (state.resources().Name(static_cast<uint32_t>(i)) != reason.resource) continue;
        const int64_t use = AmountAt(queue.used, i) + AmountAt(queue.held, i);
        if (use != reason.have || queue.limit[i] != reason.limit) return "use or max is another";
        if (waits && reason.need != NeedOf(state, wants, reason.resource)) return "needs another";
        return reason.need + use > reason.limit ? "" : "it would fit its max";
      }
    }
    return "no such max";
  };
  switch (reason.code) {
    case ReasonCode::kQueueQuota: return quota();
    case ReasonCode::kUserLimit: return limited(reason.subject);
    case ReasonCode::kNeverFits: return JudgeNeverFits(state, wants, reason);
    case ReasonCode::kCapacityShort: {
      if (reason.need <= reason.have) return "enough is free";
      if (!waits) return "";
      const Lacking lacking = LackOf(state, wants, reason.resource, reason);
      if (!lacking.told) return "no set of its roles needs and has that";
      return lacking.most == reason.need - reason.have ? "" : "other roles lack more";
    }
    case ReasonCode::kFragmented: return waits ? JudgeFragmented(state, wants, reason) : "";
    case ReasonCode::kPredicate:
      if (!waits) return "";
      return std::any_of(wants.begin(), wants.end(),
                         [&](const Want& w) { return SumsFor(state, w.role).admitting == 0; })
                 ? ""
                 : "every role is admitted somewhere";
    case ReasonCode::kGangIncomplete:
      return reason.need == gang.minimum && reason.need > reason.have ? "" : "it is complete";
    default: return "";
  }
}

}  // namespace

bool CouldStartEmptied(const State& state, const Gang& gang) {
  const std::vector<Want> wants = Needs(state, gang);
  return !wants.empty() && Fit(state, wants, CountOf(wants), true);
}

Breaches ReasonsAreTrue(const State& settled, const Profile& profile, const Plan& plan) {
  Breaches breaches;
  std::map<QueueId, std::set<int32_t>> positions;
  std::map<std::string, const Verdict*> by_name;
  for (const Verdict& verdict : plan.verdicts) {
    by_name[FullName(settled.gang(verdict.gang))] = &verdict;
  }
  for (const Verdict& verdict : plan.verdicts) {
    const Gang& gang = settled.gang(verdict.gang);
    const auto breach = [&](absl::string_view what) {
      breaches.push_back(absl::StrCat(FullName(gang), ", told ", Name(verdict.reason->code), " (",
                                      Message(verdict.reason), "): ", what));
    };
    const std::string wrong = Judge(settled, gang, verdict.reason);
    if (!wrong.empty()) breach(wrong);
    if (Message(verdict.reason).empty()) breach("no words");
    if (verdict.position > 0 && !positions[gang.queue].insert(verdict.position).second) {
      breach("two in one place");
    }
    if (verdict.reason->code != ReasonCode::kBehindHead) continue;
    auto head = by_name.find(verdict.reason->subject);
    if (head == by_name.end()) {
      breach("the head does not wait");
    } else if (gang.state == GangState::kWaiting &&
               gang.queue == settled.gang(head->second->gang).queue &&
               settled.tree().at(gang.queue).order == LeafOrder::kFifo &&
               !profile.fifo->Before(settled.gang(head->second->gang), gang, settled)) {
      breach("the head is behind it");
    }
  }
  for (const auto& [queue, places] : positions) {
    if (*places.rbegin() != static_cast<int32_t>(places.size()))
      breaches.push_back("a gap in line");
  }
  return breaches;
}

}  // namespace muster::test
