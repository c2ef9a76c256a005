// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/candidates.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "scheduler/cycle/overrun.h"

namespace muster {

namespace {

// Candidates free this many times what is needed before no more are looked at; but some are looked
// at in any case, and never more than that.
constexpr int64_t kTimes = 4;
constexpr size_t kFewest = 32;
constexpr size_t kMost = 8192;

bool Younger(const Pod& a, const Pod& b) {
  return std::tie(b.created, b.name, b.uid) < std::tie(a.created, a.name, a.uid);
}

// Half-bound, or started by the plan itself.
std::map<QueueId, std::vector<GangId>> StartingByLeaf(const Round& round) {
  std::map<QueueId, std::vector<GangId>> starting;
  const auto add = [&](GangId id) {
    const QueueId leaf = round.gang(id).queue;
    if (leaf.valid()) starting[leaf].push_back(id);
  };
  for (const Begun& begun : round.begun) {
    if (round.gang(begun.gang).state == GangState::kStarting) add(begun.gang);
  }
  for (const Step& step : round.plan->steps) {
    if (step.kind == StepKind::kStart) add(step.gang);
  }
  return starting;
}

class Gathering {
 public:
  Gathering(Round& round, Rights& rights, const Condemned& condemned, const Gang& claimant,
            const Amounts& need)
      : round_(round),
        rights_(rights),
        condemned_(condemned),
        claimant_(claimant),
        need_(need),
        reach_(rights.Reach(claimant.queue, need)) {}

  std::vector<Candidate> All() {
    for (GangId id : round_.state().claimed()) {
      const Gang& gang = round_.state().gang(id);
      if (!condemned_.gangs.contains(id) && Inheritable(gang)) AddClaim(gang);
    }
    LookForOverrun();
    Look(claimant_.queue, EvictionCause::kPreemption);
    for (QueueId leaf : Reclaimable()) {
      Look(leaf, EvictionCause::kReclaim);
      if (found_.size() >= kMost) break;
    }
    NoteStarting();
    const State& state = round_.state();
    std::sort(found_.begin(), found_.end(), [&state](const Candidate& a, const Candidate& b) {
      if (a.kind != b.kind) return a.kind < b.kind;
      if (a.priority != b.priority) return a.priority < b.priority;
      if (a.lost != b.lost) return a.lost < b.lost;
      if (a.gang != b.gang) return ArrivedBefore(state.gang(b.gang), state.gang(a.gang));
      return Younger(state.pod(a.pods.front()).pod, state.pod(b.pods.front()).pod);
    });
    return std::move(found_);
  }

 private:
  bool Inheritable(const Gang& gang) const {
    return !gang.claim.empty() && gang.queue == claimant_.queue &&
           gang.priority < claimant_.priority;
  }

  void NoteUnseen(const Gang& gang) { round_.plan->unseen.insert(gang.id); }

  // They are nowhere among those that run.
  void NoteStarting() {
    if (!round_.starting.has_value()) round_.starting = StartingByLeaf(round_);
    for (auto entry = round_.starting->begin(); entry != round_.starting->end();) {
      auto& [leaf, gangs] = *entry;
      const bool own = leaf == claimant_.queue;
      const bool all = !own && MayTakeFrom(leaf);
      for (GangId id : gangs) {
        if (all || (own && MayPreempt(round_.gang(id)))) NoteUnseen(round_.gang(id));
      }
      entry = all ? round_.starting->erase(entry) : std::next(entry);
    }
  }

  bool Evictable(const Gang& gang) {
    if (gang.state != GangState::kStarted || gang.evicted || !gang.queue.valid()) return false;
    if (gang.bound != gang.accepted) NoteUnseen(gang);
    if (gang.bound == 0 || gang.bound != gang.accepted) return false;
    if (gang.spared_until > round_.now) return false;
    if (gang.driver.valid()) {
      if (!gang.forecast.has_value()) return false;  // of unknown minimum
      // One whose driver is on its way out is, too.
      const Standing driver = round_.state().pod(gang.driver).footing.standing;
      if (driver == Standing::kAssumed) NoteUnseen(gang);
      if (driver != Standing::kBound) return false;
    }
    const Tree& tree = round_.state().tree();
    for (QueueId id = gang.queue; id.valid(); id = tree.at(id).parent) {
      if (gang.began + tree.at(id).min_runtime > round_.now) return false;
      if (tree.at(id).evictions_per_hour.has_value() && BudgetLeft(id) <= 0) return false;
    }
    return true;
  }

  bool MayPreempt(const Gang& gang) const {
    return gang.priority < claimant_.priority && round_.state().tree().at(gang.queue).preemptible;
  }

  bool MayTakeFrom(QueueId leaf) {
    if (reach_ == claimant_.queue || leaf == claimant_.queue) return false;
    const Tree& tree = round_.state().tree();
    bool within = false;
    for (QueueId id = leaf; id.valid(); id = tree.at(id).parent) within = within || id == reach_;
    return within && rights_.MayLose(leaf, claimant_.queue);
  }

  // Leaves below the claimant's reach that have more than they are entitled to, those with the most
  // above it first.
  std::vector<QueueId> Reclaimable() {
    if (reach_ == claimant_.queue) return {};
    const Tree& tree = round_.state().tree();
    std::vector<std::pair<Level, QueueId>> excess;
    for (const auto& [leaf, line] : round_.state().running().lines()) {
      if (MayTakeFrom(leaf)) excess.emplace_back(rights_.Excess(leaf), leaf);
    }
    std::sort(excess.begin(), excess.end(), [&tree](const auto& a, const auto& b) {
      if (a.first != b.first) return a.first > b.first;
      return tree.at(a.second).rank < tree.at(b.second).rank;
    });
    std::vector<QueueId> leaves;
    for (const auto& [by, leaf] : excess) leaves.push_back(leaf);
    return leaves;
  }

  // Whatever its priority: it was let pass on condition.
  void LookForOverrun() {
    const State& state = round_.state();
    if (!state.tree().at(claimant_.queue).backfill) return;
    for (const RunningGangs::Key& key : state.running().of(claimant_.queue)) {
      const Gang& gang = state.gang(key.id);
      if (OverrunHead(state, gang, round_.now) != claimant_.id) continue;
      if (condemned_.gangs.contains(gang.id) || !Evictable(gang)) continue;
      AddWhole(gang, EvictionCause::kOverrun);
    }
  }

  // Takes up candidates of the leaf until they free several times what is needed.
  void Look(QueueId leaf, EvictionCause cause) {
    const RunningGangs& running = round_.state().running();
    const auto look = [&](const RunningGangs::Line& line, auto add) {
      Amounts freed;
      size_t looked = 0;
      for (const RunningGangs::Key& key : line) {
        const Gang& gang = round_.state().gang(key.id);
        if (cause == EvictionCause::kPreemption && !MayPreempt(gang)) break;
        const bool condemned = condemned_.gangs.contains(gang.id);
        if (condemned) NoteUnseen(gang);  // placed in part by this plan, as a rule
        if (condemned || !Evictable(gang)) continue;
        if (OverrunHead(round_.state(), gang, round_.now) == claimant_.id) continue;
        const size_t before = found_.size();
        add(gang);
        for (size_t i = before; i < found_.size(); ++i) AddScaled(&freed, found_[i].sum, 1);
        if (++looked >= kFewest && Plenty(freed)) break;
      }
    };
    look(running.with_spare(leaf), [&](const Gang& gang) { AddSurplus(gang, cause); });
    look(running.of(leaf), [&](const Gang& gang) { AddWhole(gang, cause); });
  }

  bool Plenty(const Amounts& freed) const {
    for (size_t column = 0; column < need_.size(); ++column) {
      if (AmountAt(freed, column) < SaturatingMultiply(need_[column], kTimes)) return false;
    }
    return true;
  }

  // Of the queue's budget, with what this plan evicts already.
  int64_t BudgetLeft(QueueId queue) const {
    const State& state = round_.state();
    const Tree& tree = state.tree();
    int64_t left = *tree.at(queue).evictions_per_hour;
    const std::string& path = tree.at(queue).path;
    const auto below = [&path](const std::string& of) {
      return path.empty() || of == path ||
             (of.size() > path.size() && of.compare(0, path.size(), path) == 0 &&
              of[path.size()] == '.');
    };
    for (const PastEviction& past : state.evictions()) {
      if (past.at > round_.now - kBudgetTime && below(past.queue)) --left;
    }
    for (const Claim& claim : round_.plan->claims) {
      for (const Victim& victim : claim.victims) {
        if (below(tree.at(state.gang(victim.gang).queue).path)) --left;
      }
    }
    return left;
  }

  void AddRoom(Candidate* candidate, RoleId role, NodeId node, int32_t count) const {
    const Amounts& each = round_.state().roles().at(role).each;
    AddScaled(&candidate->sum, each, count);
    for (NodeRoom& room : candidate->room) {
      if (room.node != node) continue;
      AddScaled(&room.amounts, each, count);
      return;
    }
    NodeRoom& room = candidate->room.emplace_back();
    room.node = node;
    AddScaled(&room.amounts, each, count);
  }

  Candidate Of(const Gang& gang, Candidate::Kind kind, EvictionCause cause) const {
    Candidate candidate;
    candidate.kind = kind;
    candidate.gang = gang.id;
    candidate.leaf = gang.queue;
    candidate.cause = cause;
    candidate.priority = gang.priority;
    return candidate;
  }

  void AddPod(Candidate* candidate, const Gang& gang, PodId pod) const {
    const Footing& footing = round_.state().pod(pod).footing;
    candidate->pods.push_back(pod);
    AddRoom(candidate, footing.role, footing.node, 1);
    candidate->lost += std::max<int64_t>(0, absl::ToInt64Seconds(round_.now - gang.began));
  }

  void AddClaim(const Gang& gang) {
    Candidate candidate = Of(gang, Candidate::Kind::kClaim, EvictionCause::kPreemption);
    for (const ClaimSlot& slot : gang.claim) AddRoom(&candidate, slot.role, slot.node, slot.count);
    for (PodId pod : gang.victims) {
      const PodSlot& slot = round_.state().pod(pod);
      if (!slot.in_use || slot.evicted_for != gang.id) continue;
      candidate.pods.push_back(pod);
      if (OnNode(slot.footing.standing))
        AddRoom(&candidate, slot.footing.role, slot.footing.node, 1);
    }
    found_.push_back(std::move(candidate));
  }

  // In no order.
  std::vector<PodId> Bound(const Gang& gang) const {
    std::vector<PodId> bound;
    bound.reserve(gang.members.size());
    for (PodId pod : gang.members) {
      if (round_.state().pod(pod).footing.standing == Standing::kBound) bound.push_back(pod);
    }
    return bound;
  }

  // Any member but the driver, as many as are above the minimum; the youngest first.
  void AddSurplus(const Gang& gang, EvictionCause cause) {
    std::vector<PodId> bound = Bound(gang);
    SortForEviction(round_.state(), gang, &bound);
    int32_t spare = gang.bound - std::max(gang.promised, 1);
    for (PodId pod : bound) spare -= condemned_.pods.contains(pod) ? 1 : 0;
    if (spare <= 0) return;
    for (PodId pod : bound) {
      if (pod == gang.driver || condemned_.pods.contains(pod)) continue;
      Candidate candidate = Of(gang, Candidate::Kind::kSurplus, cause);
      candidate.spare = spare;
      AddPod(&candidate, gang, pod);
      found_.push_back(std::move(candidate));
    }
  }

  void AddWhole(const Gang& gang, EvictionCause cause) {
    const bool overrun = cause == EvictionCause::kOverrun;
    Candidate candidate =
        Of(gang, overrun ? Candidate::Kind::kOverrun : Candidate::Kind::kWhole, cause);
    if (overrun) candidate.priority = std::numeric_limits<int32_t>::min();
    const std::vector<PodId> bound = Bound(gang);
    // A bind that was accepted and is not seen yet: the rest would not be all of it.
    if (bound.size() != static_cast<size_t>(gang.bound)) {
      NoteUnseen(gang);
      return;
    }
    for (PodId pod : bound) {
      if (!condemned_.pods.contains(pod)) AddPod(&candidate, gang, pod);
    }
    if (candidate.pods.empty()) return;
    for (const HoldSlot& slot : HoldsOf(round_, gang)) {
      AddRoom(&candidate, gang.executor, slot.node, slot.count);
    }
    for (const RepairHold& repair : gang.repairs) AddRoom(&candidate, repair.role, repair.node, 1);
    found_.push_back(std::move(candidate));
  }

  Round& round_;
  Rights& rights_;
  const Condemned& condemned_;
  const Gang& claimant_;
  const Amounts& need_;
  const QueueId reach_;
  std::vector<Candidate> found_;
};

}  // namespace

std::vector<Candidate> CandidatesFor(Round& round, Rights& rights, const Condemned& condemned,
                                     const Gang& claimant, const Amounts& need) {
  return Gathering(round, rights, condemned, claimant, need).All();
}

void SortForEviction(const State& state, const Gang& gang, std::vector<PodId>* pods) {
  std::sort(pods->begin(), pods->end(), [&](PodId a, PodId b) {
    if ((a == gang.driver) != (b == gang.driver)) return a == gang.driver;
    return Younger(state.pod(b).pod, state.pod(a).pod);
  });
}

std::vector<HoldSlot> HoldsOf(const Round& round, const Gang& gang) {
  std::vector<HoldSlot> holds = gang.holds;
  for (const Step& step : round.plan->steps) {
    if (step.gang == gang.id) holds.insert(holds.end(), step.holds.begin(), step.holds.end());
  }
  return holds;
}

Candidate Without(const State& state, const Candidate& candidate, const std::set<PodId>& gone) {
  Candidate rest = candidate;
  std::erase_if(rest.pods, [&gone](PodId pod) { return gone.contains(pod); });
  const auto all = static_cast<int64_t>(candidate.pods.size());  // each has run as long
  rest.lost = all == 0 ? 0 : candidate.lost / all * static_cast<int64_t>(rest.pods.size());
  for (PodId pod : candidate.pods) {
    if (!gone.contains(pod)) continue;
    const Footing& footing = state.pod(pod).footing;
    const Amounts& each = state.roles().at(footing.role).each;
    AddScaled(&rest.sum, each, -1);
    for (NodeRoom& room : rest.room) {
      if (room.node == footing.node) AddScaled(&room.amounts, each, -1);
    }
  }
  return rest;
}

}  // namespace muster
