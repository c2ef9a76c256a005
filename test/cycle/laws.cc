// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/laws.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/cycle/fit.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {

namespace {

const Node& NodeAt(const State& state, NodeId id) { return state.nodes().at(id); }

const RoleSpec& SpecOf(const State& state, PodId pod) {
  return state.roles().at(state.pod(pod).footing.role).spec;
}

// The members that a start would place, oldest first, the driver before all.
std::vector<PodId> Starters(const State& state, const Gang& gang) {
  std::vector<PodId> members = gang.waiting;
  std::sort(members.begin(), members.end(), [&state, &gang](PodId a, PodId b) {
    if ((a == gang.driver) != (b == gang.driver)) return a == gang.driver;
    const Pod& x = state.pod(a).pod;
    const Pod& y = state.pod(b).pod;
    return std::tie(x.created, x.name, x.uid) < std::tie(y.created, y.name, y.uid);
  });
  if (members.size() > static_cast<size_t>(gang.minimum)) {
    members.resize(static_cast<size_t>(gang.minimum));
  }
  return members;
}

// Whether a start of the gang could ask for room on the node.
bool AdmitsAny(const State& state, const Gang& gang, const Node& node) {
  const std::vector<PodId> starters = Starters(state, gang);
  for (PodId pod : starters) {
    if (SlowAdmits(SpecOf(state, pod), node)) return true;
  }
  return starters.size() < static_cast<size_t>(gang.minimum) && gang.executor.valid() &&
         SlowAdmits(state.roles().at(gang.executor).spec, node);
}

}  // namespace

Breaches StartsAreWhole(const State& before, const Plan& plan) {
  Breaches breaches;
  std::set<PodId> placed;
  for (const Step& step : plan.steps) {
    const Gang& gang = before.gang(step.gang);
    int32_t count = static_cast<int32_t>(step.placements.size());
    for (const HoldSlot& slot : step.holds) count += slot.count;
    if (step.kind == StepKind::kStart && count != gang.minimum) {
      breaches.push_back(
          absl::StrCat("start of ", FullName(gang), " with ", count, " of ", gang.minimum));
    }
    if (step.kind == StepKind::kComplete) {
      const int32_t missing = gang.minimum - gang.bound - HeldMembers(gang);
      const auto waiting = static_cast<int32_t>(gang.waiting.size());
      if (count != std::min(missing, waiting)) {
        breaches.push_back(absl::StrCat("completion of ", FullName(gang), " with ", count));
      }
    }
    for (const Placement& placement : step.placements) {
      const bool waits = before.pod(placement.pod).footing.standing == Standing::kWaiting;
      if (!waits || !placed.insert(placement.pod).second) {
        breaches.push_back(absl::StrCat("placed twice: ", before.pod(placement.pod).pod.name));
      }
    }
  }
  return breaches;
}

Breaches PlacementsAreAdmitted(const State& before, const Plan& plan) {
  Breaches breaches;
  const auto check = [&](const RoleSpec& role, NodeId node, absl::string_view who) {
    if (before.nodes().present(node) && SlowAdmits(role, NodeAt(before, node))) return;
    breaches.push_back(absl::StrCat(who, " on ", NodeAt(before, node).name, ", which refuses it"));
  };
  for (const Step& step : plan.steps) {
    const Gang& gang = before.gang(step.gang);
    for (const Placement& p : step.placements) {
      check(SpecOf(before, p.pod), p.node, before.pod(p.pod).pod.name);
    }
    for (const HoldSlot& slot : step.holds) {
      check(before.roles().at(gang.executor).spec, slot.node, FullName(gang));
    }
  }
  return breaches;
}

Breaches EveryWaiterHasOneVerdict(const State& before, const Plan& plan) {
  Breaches breaches;
  std::map<GangId, int> told;
  std::set<PodId> placed;
  for (const Verdict& verdict : plan.verdicts) ++told[verdict.gang];
  for (const auto& [gang, count] : told) {
    if (count > 1) breaches.push_back(absl::StrCat("two verdicts: ", FullName(before.gang(gang))));
  }
  for (const Step& step : plan.steps) {
    for (const Placement& placement : step.placements) placed.insert(placement.pod);
    if (step.kind == StepKind::kStart) ++told[step.gang];
  }
  for (const Gang& gang : before.gangs()) {
    if (!gang.id.valid() || gang.state == GangState::kEnded) continue;
    if (gang.state == GangState::kStarting) continue;  // the rest of its start is under way
    const bool driver_away = gang.driver.valid() && gang.state == GangState::kWaiting &&
                             before.pod(gang.driver).footing.standing != Standing::kWaiting;
    const bool all_placed = std::all_of(gang.waiting.begin(), gang.waiting.end(),
                                        [&placed](PodId pod) { return placed.count(pod) > 0; });
    if (all_placed || driver_away || told[gang.id] > 0) continue;
    breaches.push_back(absl::StrCat("waits without a word: ", FullName(gang)));
  }
  return breaches;
}

Breaches NobodyPassesAStrictHead(const State& before, const Profile& profile, const Plan& plan) {
  Breaches breaches;
  for (const Verdict& head : plan.verdicts) {
    const Gang& gang = before.gang(head.gang);
    const ReasonCode code = head.reason->code;
    const bool room = code == ReasonCode::kCapacityShort || code == ReasonCode::kFragmented ||
                      code == ReasonCode::kWaitingForVictims;
    if (gang.state != GangState::kWaiting || !gang.queue.valid()) continue;
    // Whom its user's limit stops is in nobody's way, whoever is evicted for it.
    const Amounts need = Sum(before, StartShape(before, gang));
    if (code == ReasonCode::kWaitingForVictims &&
        CheckQuota(before, gang, need, Asks::kStart).code == ReasonCode::kUserLimit) {
      continue;
    }
    const Queue& leaf = before.tree().at(gang.queue);
    if (leaf.order != LeafOrder::kFifo || leaf.backfill) continue;  // there is a law of its own
    if (!room && code != ReasonCode::kQueueQuota) continue;
    if (!room && head.reason->resource.empty()) continue;  // a count of gangs: growth is none
    for (const Step& step : plan.steps) {
      const Gang& other = before.gang(step.gang);
      const bool grows = step.kind == StepKind::kGrow;
      const bool starts = step.kind == StepKind::kStart;
      if (!(starts || grows) || other.queue != gang.queue) continue;
      if (!other.claim.empty()) continue;  // its room was freed for it alone
      if (starts && !profile.fifo->Before(gang, other, before)) continue;
      // A driver without executors may have one.
      if (grows && other.driver.valid() && other.bound == 1 && step.placements.size() == 1)
        continue;
      for (uint32_t i = 0; i < before.nodes().size(); ++i) {
        const Node& node = NodeAt(before, NodeId{i});
        if (!before.nodes().present(NodeId{i})) continue;
        std::vector<PodId> starters = starts ? Starters(before, other) : std::vector<PodId>();
        for (const Placement& p : step.placements) starters.push_back(p.pod);
        const bool wanted = std::any_of(starters.begin(), starters.end(), [&](PodId pod) {
          return SlowAdmits(SpecOf(before, pod), node);
        });
        if (code != ReasonCode::kQueueQuota && !(wanted && AdmitsAny(before, gang, node))) continue;
        breaches.push_back(absl::StrCat(FullName(other), " started before ", FullName(gang)));
        break;
      }
    }
  }
  return breaches;
}

Levels LevelsOf(const State& state) {
  Levels levels;
  for (size_t column = 0; column < state.resources().size(); ++column) {
    const auto free = state.nodes().free(column);
    levels.free.emplace_back(free.begin(), free.end());
  }
  for (const Queue& queue : state.tree().queues()) {
    Amounts use = queue.used;
    AddScaled(&use, queue.held, 1);
    AddScaled(&use, queue.leaving, -1);
    levels.use.push_back(use);
  }
  return levels;
}

Breaches NoNodeIsOverfilled(const Levels& before, const State& after, const Plan& plan) {
  Breaches breaches;
  std::set<NodeId> touched;
  for (const Step& step : plan.steps) {
    for (const Placement& placement : step.placements) touched.insert(placement.node);
    for (const HoldSlot& slot : step.holds) touched.insert(slot.node);
  }
  for (const Claim& claim : plan.claims) {
    for (const ClaimSlot& slot : claim.room) touched.insert(slot.node);
  }
  for (NodeId node : touched) {
    ResourceList free = SlowFree(after, node);
    free.Add(SlowDeparting(after, node));  // claims are promised what is on its way out
    for (size_t column = 0; column < before.free.size(); ++column) {
      const auto name = after.resources().Name(static_cast<uint32_t>(column));
      const int64_t was =
          node.value < before.free[column].size() ? before.free[column][node.value] : 0;
      // Others may have filled it beyond its size; a plan must not make that worse.
      if (free.Get(name) < std::min<int64_t>(was, 0)) {
        breaches.push_back(absl::StrCat(NodeAt(after, node).name, ": ", name, " ", free.Get(name)));
      }
    }
  }
  return breaches;
}

Breaches NoMaxIsExceeded(const Levels& before, const State& after) {
  Breaches breaches;
  const Levels now = LevelsOf(after);
  for (const Queue& queue : after.tree().queues()) {
    for (size_t column = 0; column < queue.max.size(); ++column) {
      const int64_t use = AmountAt(now.use[queue.id.value], column);
      const int64_t was =
          queue.id.value < before.use.size() ? AmountAt(before.use[queue.id.value], column) : 0;
      if (use > queue.max[column] && use > was) {
        breaches.push_back(absl::StrCat(queue.path, ": ", use, " of ", queue.max[column]));
      }
    }
  }
  return breaches;
}

Breaches NoLimitIsExceeded(const SlowLimits& before, const State& after) {
  Breaches breaches;
  for (const auto& [key, now] : LimitsOf(after.config(), UsesOf(after, true))) {
    const auto was = before.find(key);
    const int64_t had = was == before.end() ? 0 : was->second.have;
    if (now.have <= now.limit || now.have <= had) continue;
    breaches.push_back(absl::StrCat(key.first, " ", key.second, ": ", now.have, " of ", now.limit));
  }
  return breaches;
}

}  // namespace muster::test
