// SPDX-License-Identifier: Apache-2.0
// Growth: members above a started gang's minimum, one at a time, after every start of their leaf
// that could use the room; but for the first executor of a driver that has none, without which its
// job would never end, and those who wait for its end would wait for ever. In a leaf the user with
// the lowest share goes first, and of the user's gangs the one with the fewest members.
#include <algorithm>

#include "queues/turns.h"
#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/head_hold.h"
#include "scheduler/cycle/judge.h"
#include "scheduler/cycle/stages.h"

namespace muster {

namespace {

struct Asking {
  Begun* begun;
  size_t next = 0;      // in begun->waiting
  int32_t members = 0;  // bound, and grown this cycle
  Step step;
};

// The gangs of one leaf that ask, by user.
struct UserLine {
  Share share;  // of what the user's gangs use and hold in the leaf
  std::vector<Asking> asking;
};
using LeafLine = std::map<std::string, UserLine>;

Share ShareOf(const State& state, const Gang& gang) {
  return DominantShare(state.user_use().of(gang.leaf_user), state.tree().total(), 1);
}

// Whom growth waits behind: a gang of its leaf that found no room, and could use the room that the
// growth asks for.
class StartsAhead {
 public:
  explicit StartsAhead(Round& round) : round_(round) {}

  // Invalid: nobody. The same for all members of a role in a leaf, since starts are over.
  GangId Of(const Gang& gang, RoleId role) {
    const auto [entry, fresh] = known_.try_emplace({gang.queue, role});
    if (fresh) entry->second = Find(gang, role);
    return entry->second;
  }

 private:
  GangId Find(const Gang& gang, RoleId role) {
    const GangId head = HeadAhead(round_, gang, Shape{Part{role, {}, 1}});
    if (head.valid()) return head;
    for (const LackingGang& lacking : round_.lacking[gang.queue]) {
      if (lacking.quota) return lacking.gang;
      for (const Part& part : StartShape(round_.state(), round_.gang(lacking.gang))) {
        if (Meet(role, part.role)) return lacking.gang;
      }
    }
    return GangId{};
  }

  // Whether a node admits both.
  bool Meet(RoleId a, RoleId b) {
    const auto [entry, fresh] = meet_.try_emplace({a, b}, false);
    if (!fresh) return entry->second;
    const auto first = AdmissionOf(round_.draft, round_.profile, a);
    const auto second = AdmissionOf(round_.draft, round_.profile, b);
    for (size_t i = 0; i < first.size() && !entry->second; ++i) {
      entry->second = first[i] > 0 && second[i] > 0;
    }
    return entry->second;
  }

  Round& round_;
  std::map<std::pair<QueueId, RoleId>, GangId> known_;
  std::map<std::pair<RoleId, RoleId>, bool> meet_;
};

// As many of the same role as follow each other, if nobody else asks; else one.
int32_t Chunk(const Round& round, const Asking& asking, bool alone) {
  const std::vector<PodId>& waiting = asking.begun->waiting;
  const RoleId role = round.state().pod(waiting[asking.next]).footing.role;
  size_t end = asking.next + 1;
  if (asking.members == 1) return 1;  // behind whom the next one waits is another question
  while (alone && end < waiting.size() && round.state().pod(waiting[end]).footing.role == role) {
    ++end;
  }
  return static_cast<int32_t>(end - asking.next);
}

// kNone: all of the chunk found room.
Reason GrowBy(Round& round, StartsAhead* starts, const Gang& gang, int32_t chunk, Asking* asking) {
  const RoleId role = round.state().pod(asking->begun->waiting[asking->next]).footing.role;
  const bool none_yet = gang.driver.valid() && asking->members == 1;
  const GangId head = none_yet ? GangId{} : starts->Of(gang, role);
  if (head.valid()) {
    // A limit may stop the head yet, but not growth.
    round.plan->outdated = round.plan->outdated || !round.plan->steps.empty();
    return Reason{.code = ReasonCode::kBehindHead, .subject = FullName(round.gang(head))};
  }
  for (; chunk > 0; --chunk) {
    const Amounts& each = round.state().roles().at(role).each;
    Amounts sum;
    AddScaled(&sum, each, chunk);
    Reason quota = CheckQuota(round.state(), gang, sum, Asks::kMore);
    if (quota.code == ReasonCode::kNone) break;
    if (chunk == 1) return quota;
  }
  const auto slots = Place(round.draft, round.profile, gang, role, chunk, Tree::Use::kUsed);
  Assign(absl::MakeSpan(asking->begun->waiting).subspan(asking->next), slots, &asking->step);
  const int32_t placed = CountOf(slots);
  asking->next += static_cast<size_t>(placed);
  asking->members += placed;
  if (placed == chunk) return {};
  // Growth is asked member by member, and so is its shortage explained.
  const auto next = absl::MakeSpan(asking->begun->waiting).subspan(asking->next, 1);
  return ExplainShortage(round.draft, round.profile, gang, ShapeOf(round.state(), next));
}

// Those that may grow, by leaf and user, in order of arrival; the others are told why not.
std::map<QueueId, LeafLine> LinesOf(Round& round) {
  std::map<QueueId, LeafLine> lines;
  for (Begun& begun : round.begun) {
    const Gang& gang = round.gang(begun.gang);
    if (gang.state != GangState::kStarted) continue;
    if (gang.faulty > 0) round.Say(gang.id, FaultOf(round.state(), gang));
    if (begun.waiting.empty()) continue;
    if (gang.backoff_until > round.now) {
      round.Say(gang.id, Reason{.code = ReasonCode::kBindRefused, .detail = gang.refused_message});
      continue;
    }
    if (!gang.queue.valid()) {
      round.Say(gang.id, gang.refusal);
      continue;
    }
    const Queue& queue = round.state().tree().at(gang.queue);
    if (queue.state == QueueState::kClosed) {
      round.Say(gang.id, Reason{.code = ReasonCode::kQueueClosed,
                                .subject = queue.path,
                                .detail = "it is closed: what runs does not grow"});
      continue;
    }
    UserLine& line = lines[gang.queue][gang.user];
    line.share = ShareOf(round.state(), gang);
    line.asking.push_back(
        Asking{&begun, 0, gang.bound, Step{StepKind::kGrow, gang.id, {}, {}, {}}});
  }
  return lines;
}

LeafLine::iterator NextUser(LeafLine* line) {
  return std::min_element(line->begin(), line->end(), [](const auto& a, const auto& b) {
    return Compare(a.second.share, b.second.share) < 0;  // of equals the first by name
  });
}

// The gang of the user with the fewest members: of equals the older one.
std::vector<Asking>::iterator NextGang(std::vector<Asking>* asking) {
  return std::min_element(asking->begin(), asking->end(),
                          [](const Asking& a, const Asking& b) { return a.members < b.members; });
}

// One member, or a chunk of a gang that asks alone.
void GrowOne(Round& round, StartsAhead* starts, bool alone, LeafLine* line) {
  const auto user = NextUser(line);
  std::vector<Asking>& gangs = user->second.asking;
  const auto asking = NextGang(&gangs);
  const Gang& gang = round.gang(asking->begun->gang);
  alone = alone && line->size() == 1 && gangs.size() == 1;
  Reason reason = GrowBy(round, starts, gang, Chunk(round, *asking, alone), &*asking);
  const bool stuck = reason.code != ReasonCode::kNone;
  if (stuck) round.Say(gang.id, std::move(reason));
  if (stuck || asking->next == asking->begun->waiting.size()) {
    if (!asking->step.placements.empty()) round.plan->steps.push_back(std::move(asking->step));
    gangs.erase(asking);
  }
  user->second.share = ShareOf(round.state(), gang);
  if (gangs.empty()) line->erase(user);
}

}  // namespace

void Grow(Round& round) {
  std::map<QueueId, LeafLine> lines = LinesOf(round);
  std::vector<QueueId> leaves;
  for (const auto& [leaf, line] : lines) leaves.push_back(leaf);
  StartsAhead starts(round);
  Turns turns(round.state().tree(), leaves);
  for (QueueId leaf = turns.Next(); leaf.valid(); leaf = turns.Next()) {
    LeafLine& line = lines[leaf];
    GrowOne(round, &starts, lines.size() == 1, &line);
    if (line.empty()) turns.Drop(leaf);
    turns.Rekey(leaf);
  }
}

}  // namespace muster
