// SPDX-License-Identifier: Apache-2.0
#include "scheduler/cycle/victims.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <tuple>

#include "scheduler/cycle/fit.h"

namespace muster {

namespace {

// Up to here every subset is tried.
constexpr size_t kSearchedWhole = 8;
// Up to here all are tried together first.
constexpr size_t kTriedTogether = 256;
// Up to here each victim is tried to be let off; it costs a placement each.
constexpr size_t kTriedToLetOff = 256;
// A member's worth of room, in the units in which gains are measured.
constexpr int64_t kMember = 1024;

using Chosen = std::vector<const Candidate*>;
__extension__ typedef __int128 Score;  // of a candidate: gain for its cost

// A gang is taken whole, or of what it has to spare, and not both.
class Parts {
 public:
  bool Add(const Candidate& candidate) {
    if (candidate.kind == Candidate::Kind::kClaim) return true;
    const bool whole = candidate.whole();
    int32_t& taken = taken_[candidate.gang];
    if (taken < 0 || (whole && taken > 0) || (!whole && taken == candidate.spare)) return false;
    taken = whole ? -1 : taken + 1;
    return true;
  }

 private:
  std::map<GangId, int32_t> taken_;  // -1: whole
};

class Search {
 public:
  Search(Round& round, Rights& rights, const Gang& gang, const Shape& shape)
      : round_(round),
        rights_(rights),
        gang_(gang),
        shape_(shape),
        need_(Sum(round.state(), shape)),
        before_(rights.LevelsOf(gang.queue)) {}

  // Among these candidates; false where even all of them would not do.
  bool Find(const Chosen& candidates, Chosen* best) {
    if (candidates.size() <= kTriedTogether && Hopeless(candidates)) return false;
    return candidates.size() <= kSearchedWhole ? FindExactly(candidates, best)
                                               : FindGreedily(candidates, best);
  }

  // Whether the gang starts with exactly these gone, and where.
  bool Try(const Chosen& chosen, std::vector<ClaimSlot>* room) {
    Attempt attempt(round_.draft);
    for (const Candidate* candidate : chosen) Release(round_, *candidate);
    return Rightful(chosen) && Placed(room);
  }

 private:
  bool Rightful(const Chosen& chosen) {
    std::map<QueueId, Amounts> lost;
    for (const Candidate* candidate : chosen) {
      if (candidate->leaf == gang_.queue) continue;
      AddScaled(&lost[candidate->leaf], candidate->sum, 1);
    }
    return std::all_of(lost.begin(), lost.end(), [this](const auto& entry) {
      return rights_.MayHaveLost(entry.first, gang_.queue, entry.second);
    });
  }

  bool Placed(std::vector<ClaimSlot>* room) {
    if (CheckQuota(round_.state(), gang_, need_, Asks::kStart).code != ReasonCode::kNone)
      return false;
    Attempt attempt(round_.draft);
    std::vector<std::vector<HoldSlot>> slots;
    if (!PlaceShape(round_.draft, round_.profile, gang_, shape_, &slots)) return false;
    if (!rights_.WithinEntitlement(gang_.queue, before_)) return false;
    room->clear();
    for (size_t part = 0; part < shape_.size(); ++part) {
      for (const HoldSlot& slot : slots[part]) {
        room->push_back(ClaimSlot{shape_[part].role, slot.node, slot.count});
      }
    }
    return true;
  }

  // Whether even with all of them gone, whoever may take them, the room would not do.
  bool Hopeless(const Chosen& candidates) {
    Attempt attempt(round_.draft);
    std::set<GangId> whole;
    for (const Candidate* candidate : candidates) {
      if (candidate->whole()) whole.insert(candidate->gang);
    }
    for (const Candidate* candidate : candidates) {
      const bool part = candidate->kind == Candidate::Kind::kSurplus;
      if (!part || !whole.contains(candidate->gang)) Release(round_, *candidate);
    }
    std::vector<std::vector<HoldSlot>> slots;
    return !PlaceShape(round_.draft, round_.profile, gang_, shape_, &slots);
  }

  // Every subset, the cheapest first. A gang is not taken in part and whole.
  bool FindExactly(const Chosen& candidates, Chosen* best) {
    struct Subset {
      int64_t cost = 0;
      uint32_t bits = 0;
    };
    std::vector<Subset> subsets;
    for (uint32_t bits = 0; bits < (uint32_t{1} << candidates.size()); ++bits) {
      Subset subset{0, bits};
      Parts parts;
      bool allowed = true;
      for (size_t i = 0; i < candidates.size(); ++i) {
        if ((bits >> i & 1) == 0) continue;
        subset.cost += candidates[i]->cost();
        allowed = allowed && parts.Add(*candidates[i]);
      }
      if (allowed) subsets.push_back(subset);
    }
    // Of equal cost the one with the more preferred: the lower bits.
    std::sort(subsets.begin(), subsets.end(), [](const Subset& a, const Subset& b) {
      return std::tie(a.cost, a.bits) < std::tie(b.cost, b.bits);
    });
    for (const Subset& subset : subsets) {
      Chosen chosen;
      for (size_t i = 0; i < candidates.size(); ++i) {
        if ((subset.bits >> i & 1) != 0) chosen.push_back(candidates[i]);
      }
      std::vector<ClaimSlot> room;
      if (!Try(chosen, &room)) continue;
      *best = std::move(chosen);
      return true;
    }
    return false;
  }

  bool FindGreedily(const Chosen& candidates, Chosen* best) {
    Chosen chosen;
    std::vector<ClaimSlot> room;
    {
      Attempt attempt(round_.draft);
      if (!Gather(candidates, &chosen, &room)) return false;
    }
    LetOff(&chosen, room);
    *best = std::move(chosen);
    return true;
  }

  // Releases candidates in the draft until the gang fits.
  bool Gather(const Chosen& candidates, Chosen* chosen, std::vector<ClaimSlot>* room) {
    lost_.clear();
    taken_.clear();
    Weigh();
    struct Entry {
      Score score;
      size_t at;
      bool operator<(const Entry& other) const {  // the largest score, then the preferred
        return score != other.score ? score < other.score : at > other.at;
      }
    };
    std::priority_queue<Entry> heap;
    for (size_t i = 0; i < candidates.size(); ++i) heap.push({ScoreOf(*candidates[i]), i});
    while (!heap.empty()) {
      const Entry top = heap.top();
      heap.pop();
      const Candidate& candidate = *candidates[top.at];
      const Score score = ScoreOf(candidate);  // others may have made it worth less
      if (score < top.score && !heap.empty() && Entry{score, top.at} < heap.top()) {
        heap.push({score, top.at});
        continue;
      }
      if (score == 0) return false;
      if (!Take(candidate, chosen)) continue;
      Weigh();
      if (Complete() && Placed(room)) return true;
    }
    return false;
  }

  // Takes the candidate out of the draft. Of a gang that goes whole what went before is a part.
  bool Take(const Candidate& candidate, Chosen* chosen) {
    Taken& taken = taken_[candidate.gang];
    const bool whole = candidate.whole();
    const bool part = candidate.kind == Candidate::Kind::kSurplus;
    if (taken.whole || (part && taken.pods.size() == static_cast<size_t>(candidate.spare))) {
      return false;
    }
    const Candidate rest = Without(round_.state(), candidate, taken.pods);
    Attempt attempt(round_.draft);
    Release(round_, rest);
    if (!Allowed(rest)) return false;
    attempt.Keep();
    AddScaled(&lost_[candidate.leaf], rest.sum, 1);
    if (whole) {
      std::erase_if(*chosen, [&candidate](const Candidate* other) {
        return other->gang == candidate.gang && other->kind == Candidate::Kind::kSurplus;
      });
      taken.whole = true;
    } else if (part) {
      taken.pods.insert(candidate.pods.begin(), candidate.pods.end());
    }
    chosen->push_back(&candidate);
    return true;
  }

  bool Allowed(const Candidate& candidate) {
    if (candidate.leaf == gang_.queue) return true;
    Amounts lost = lost_[candidate.leaf];
    AddScaled(&lost, candidate.sum, 1);
    return rights_.MayHaveLost(candidate.leaf, gang_.queue, lost);
  }

  // What is still missing, of quota first, else of room.
  void Weigh() {
    const State& state = round_.state();
    over_ = state.tree().Exceeds(gang_.queue, need_);
    missing_.clear();
    bool any = false;
    for (const Part& part : shape_) {
      const int64_t room = SumOfRooms(round_.draft, round_.profile, part.role, part.count());
      missing_.push_back(std::max<int64_t>(0, part.count() - room));
      any = any || missing_.back() > 0;
    }
    short_ = any;
    // Roles that each have room compete for it: any more room may be the one that helps.
    if (any) return;
    for (size_t i = 0; i < shape_.size(); ++i) missing_[i] = shape_[i].count();
  }

  bool Complete() const { return !over_.queue.valid() && !short_; }

  Score ScoreOf(const Candidate& candidate) const {
    const auto taken = taken_.find(candidate.gang);
    const bool in_part = candidate.whole() && taken != taken_.end() && !taken->second.pods.empty();
    if (in_part) return ScoreOfAll(Without(round_.state(), candidate, taken->second.pods));
    return ScoreOfAll(candidate);
  }

  // So many parts of gain for one of cost that none that gains anything is nothing.
  Score ScoreOfAll(const Candidate& candidate) const {
    const int64_t gain = over_.queue.valid() ? QuotaGain(candidate) : RoomGain(candidate);
    return (static_cast<Score>(gain) << 60) / std::max<int64_t>(1, candidate.cost());
  }

  int64_t QuotaGain(const Candidate& candidate) const {
    const Tree& tree = round_.state().tree();
    for (QueueId id = candidate.leaf; id.valid(); id = tree.at(id).parent) {
      if (id == over_.queue) return AmountAt(candidate.sum, over_.column);
    }
    return 0;
  }

  int64_t RoomGain(const Candidate& candidate) const {
    int64_t gain = 0;
    for (size_t i = 0; i < shape_.size(); ++i) {
      if (missing_[i] == 0) continue;
      const auto admission = AdmissionOf(round_.draft, round_.profile, shape_[i].role);
      int64_t of_part = 0;
      for (const auto& [node, amounts] : candidate.room) {
        if (admission[node.value] <= 0) continue;
        of_part += Worth(shape_[i].role, node, amounts) - Worth(shape_[i].role, node, {});
      }
      gain += std::min(of_part, missing_[i] * kMember);
    }
    return gain;
  }

  // Room for the role on the node with `more` freed: whole members count for much, the beginning of
  // another one for a little, so that what completes a member is preferred to what begins one.
  int64_t Worth(RoleId role, NodeId node, const Amounts& more) const {
    const State& state = round_.state();
    const Amounts& each = state.roles().at(role).each;
    int64_t worth = int64_t{kAnyRoom};
    for (size_t column = 0; column < each.size(); ++column) {
      if (each[column] <= 0) continue;
      const auto free = state.nodes().free(column);
      const int64_t left = free.empty() ? 0 : free[node.value] + AmountAt(more, column);
      if (left <= 0) return 0;
      const int64_t whole = left / each[column];
      const int64_t begun = (left % each[column]) / ((each[column] + 255) / 256);
      worth = std::min(worth, whole * kMember + begun);
    }
    return worth;
  }

  // Drops what is not needed, the most valuable first.
  void LetOff(Chosen* chosen, const std::vector<ClaimSlot>& room) {
    std::set<NodeId> used;
    for (const ClaimSlot& slot : room) used.insert(slot.node);
    Chosen useful;
    for (const Candidate* candidate : *chosen) {
      const bool there =
          std::any_of(candidate->room.begin(), candidate->room.end(),
                      [&used](const NodeRoom& entry) { return used.contains(entry.node); });
      if (there) useful.push_back(candidate);
    }
    std::vector<ClaimSlot> unused;
    if (useful.size() < chosen->size() && Try(useful, &unused)) *chosen = std::move(useful);
    if (chosen->size() > kTriedToLetOff) return;
    for (size_t i = chosen->size(); i > 0; --i) {
      Chosen fewer = *chosen;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i - 1));
      if (Try(fewer, &unused)) *chosen = std::move(fewer);
    }
  }

  Round& round_;
  Rights& rights_;
  const Gang& gang_;
  const Shape& shape_;
  const Amounts need_;
  const std::vector<Level> before_;
  // Of the greedy search.
  Tree::Excess over_;
  bool short_ = false;
  std::vector<int64_t> missing_;  // by part
  std::map<QueueId, Amounts> lost_;
  struct Taken {
    bool whole = false;
    std::set<PodId> pods;  // members above the minimum
  };
  std::map<GangId, Taken> taken_;
};

Claim ClaimOf(const State& state, const Gang& gang, const Chosen& chosen,
              std::vector<ClaimSlot> room) {
  Claim claim{gang.id, std::move(room), {}, {}};
  std::map<GangId, size_t> at;
  for (const Candidate* candidate : chosen) {
    if (candidate->kind == Candidate::Kind::kClaim) {
      claim.inherited.push_back(candidate->gang);
      continue;
    }
    const auto [entry, fresh] = at.try_emplace(candidate->gang, claim.victims.size());
    if (fresh) claim.victims.push_back(Victim{candidate->gang, false, candidate->cause, {}});
    Victim& victim = claim.victims[entry->second];
    victim.whole = victim.whole || candidate->whole();
    victim.pods.insert(victim.pods.end(), candidate->pods.begin(), candidate->pods.end());
  }
  for (Victim& victim : claim.victims) {
    if (victim.whole) SortForEviction(state, state.gang(victim.gang), &victim.pods);
  }
  return claim;
}

}  // namespace

Claim FindVictims(Round& round, Rights& rights, const Condemned& condemned, const Gang& gang,
                  const Shape& shape) {
  const std::vector<Candidate> candidates =
      CandidatesFor(round, rights, condemned, gang, Sum(round.state(), shape));
  Search search(round, rights, gang, shape);
  std::set<int32_t> priorities;
  for (const Candidate& candidate : candidates) priorities.insert(candidate.priority);
  for (Candidate::Kind most : {Candidate::Kind::kSurplus, Candidate::Kind::kWhole}) {
    for (int32_t highest : priorities) {
      Chosen allowed, best;
      bool news = false;  // something that the search before this one did not have
      for (const Candidate& candidate : candidates) {
        if (candidate.kind > most || candidate.priority > highest) continue;
        allowed.push_back(&candidate);
        news = news || (candidate.priority == highest &&
                        (candidate.kind == most || most == Candidate::Kind::kSurplus));
      }
      std::vector<ClaimSlot> room;
      if (news && search.Find(allowed, &best) && search.Try(best, &room)) {
        return ClaimOf(round.state(), gang, best, std::move(room));
      }
    }
  }
  return Claim{gang.id, {}, {}, {}};
}

}  // namespace muster
