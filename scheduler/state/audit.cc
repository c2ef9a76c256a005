// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/audit.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace muster {

namespace {

struct Books {
  std::vector<Amounts> taken;                                  // by node
  std::map<QueueId, Amounts> used, held, leaving;              // with ancestors
  std::map<std::pair<QueueId, std::string>, Amounts> by_user;  // used and held; all with gangs
  std::map<QueueId, int32_t> running;                          // with ancestors
  std::map<UserBooks::Key, UserBooks::Book> limited;           // of users and groups
};

// Whom a limit of the queue holds for, of the user and all groups that the config puts it in.
std::vector<UserBooks::Key> LimitedAt(const State& state, QueueId id, const std::string& user) {
  const Queue& queue = state.tree().at(id);
  std::vector<UserBooks::Key> keys;
  if (queue.users.Of(user) != nullptr) keys.push_back({id, false, user});
  for (const auto& [group, globs] : state.config().groups) {
    const bool member = std::any_of(globs.begin(), globs.end(),
                                    [&](const auto& glob) { return GlobMatches(glob, user); });
    if (member && queue.groups.Of(group) != nullptr) keys.push_back({id, true, group});
  }
  return keys;
}

bool Same(const Amounts& a, const Amounts& b) {
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (AmountAt(a, i) != AmountAt(b, i)) return false;
  }
  return true;
}

// The number that the gang goes by for charges is its user's in its queue.
void CheckUser(const State& state, const Gang& gang, Books* books,
               std::vector<std::string>* wrong) {
  if (gang.queue.valid()) books->by_user.try_emplace({gang.queue, gang.user});
  if (gang.leaf_user == state.user_use().Find(gang.queue, gang.user)) return;
  wrong->push_back(absl::StrCat("gang ", FullName(gang), ": counts for another than its user"));
}

void CheckUsers(const State& state, const Books& books, std::vector<std::string>* wrong) {
  for (const auto& [key, amounts] : books.by_user) {
    if (Same(state.user_use().of(key.first, key.second), amounts)) continue;
    wrong->push_back(absl::StrCat("user ", key.second, ": usage differs from the user's gangs"));
  }
  state.user_use().Each([&](QueueId leaf, const std::string& user, const Amounts&) {
    if (books.by_user.count({leaf, user}) > 0) return;
    wrong->push_back(absl::StrCat("user ", user, ": counted without gangs"));
  });
}

void CountBegun(const State& state, const Gang& gang, Books* books) {
  const bool begun = gang.state == GangState::kStarting || gang.state == GangState::kStarted;
  if (!begun || !gang.queue.valid()) return;
  for (QueueId id = gang.queue; id.valid(); id = state.tree().at(id).parent) {
    ++books->running[id];
    for (const auto& key : LimitedAt(state, id, gang.user)) ++books->limited[key].running;
  }
}

void Count(const State& state, const Gang* gang, RoleId role, NodeId node, QueueId queue,
           int64_t count, bool hold, Books* books) {
  const Amounts& each = state.roles().at(role).each;
  AddScaled(&books->taken[node.value], each, count);
  if (gang == nullptr || !queue.valid()) return;
  AddScaled(&books->by_user[{queue, gang->user}], each, count);
  for (QueueId id = queue; id.valid(); id = state.tree().at(id).parent) {
    AddScaled(hold ? &books->held[id] : &books->used[id], each, count);
    for (const auto& key : LimitedAt(state, id, gang->user)) {
      AddScaled(&books->limited[key].amounts, each, count);
    }
  }
}

// Whether the gang stands among those that run where it should.
bool InItsLine(const State& state, const Gang& gang) {
  const bool runs = gang.state == GangState::kStarted && gang.queue.valid() && !gang.evicted;
  const bool spare = runs && gang.bound > std::max(gang.promised, 1);
  const auto among = [&gang](const RunningGangs::Line& line) {
    return std::any_of(line.begin(), line.end(),
                       [&gang](const RunningGangs::Key& key) { return key.id == gang.id; });
  };
  return among(state.running().of(gang.queue)) == runs &&
         among(state.running().with_spare(gang.queue)) == spare;
}

void CheckGang(const State& state, const Gang& gang, std::vector<std::string>* wrong) {
  int32_t bound = 0, accepted = 0, waiting = 0, succeeded = 0;
  for (PodId id : gang.members) {
    const PodSlot& slot = state.pod(id);
    const Standing standing = slot.footing.standing;
    if (slot.footing.gang != gang.id)
      wrong->push_back(absl::StrCat("member of two gangs: ", slot.pod.name));
    bound += standing == Standing::kBound || standing == Standing::kAssumed;
    accepted += standing == Standing::kBound || (standing == Standing::kAssumed && slot.accepted);
    waiting += standing == Standing::kWaiting;
    succeeded += standing == Standing::kSucceeded;
  }
  if (bound != gang.bound || accepted != gang.accepted || succeeded != gang.succeeded ||
      waiting != static_cast<int32_t>(gang.waiting.size())) {
    wrong->push_back(absl::StrCat("gang ", FullName(gang), ": counters differ from its members"));
  }
  if (!InItsLine(state, gang)) {
    wrong->push_back(absl::StrCat("gang ", FullName(gang), ": not where those that run stand"));
  }
  if (gang.claim.empty() == state.claimed().contains(gang.id)) {
    wrong->push_back(absl::StrCat("gang ", FullName(gang), ": its claim is not in the books"));
  }
  const bool in_line =
      std::is_sorted(gang.waiting.begin(), gang.waiting.end(), [&state](PodId x, PodId y) {
        const Pod& a = state.pod(x).pod;
        const Pod& b = state.pod(y).pod;
        return std::tie(a.created, a.name, a.uid) < std::tie(b.created, b.name, b.uid);
      });
  if (!in_line) {
    wrong->push_back(absl::StrCat("gang ", FullName(gang), ": waiting is not in arrival order"));
  }
}

void CheckLimited(const State& state, const Books& books, std::vector<std::string>* wrong) {
  const auto& kept = state.user_books().books();
  for (const auto& [key, book] : books.limited) {
    const auto found = kept.find(key);
    if (found != kept.end() && Same(found->second.amounts, book.amounts) &&
        found->second.running == book.running) {
      continue;
    }
    wrong->push_back(absl::StrCat(key.group ? "group " : "user ", key.name, " in queue ",
                                  state.tree().at(key.queue).path,
                                  ": what limits count differs from the gangs"));
  }
  for (const auto& [key, book] : kept) {
    if (books.limited.count(key) > 0) continue;
    wrong->push_back(absl::StrCat("user or group ", key.name, ": counted without gangs"));
  }
}

// Holds of a gang that is being evicted go with it.
void CountLeaving(const State& state, const Gang& gang, Books* books) {
  for (QueueId id = gang.queue; id.valid(); id = state.tree().at(id).parent) {
    Amounts* leaving = &books->leaving[id];
    if (gang.executor.valid()) {
      AddScaled(leaving, state.roles().at(gang.executor).each, HeldMembers(gang));
    }
    for (const RepairHold& repair : gang.repairs) {
      AddScaled(leaving, state.roles().at(repair.role).each, 1);
    }
  }
}

}  // namespace

std::vector<std::string> Audit(const State& state) {
  std::vector<std::string> wrong;
  Books books;
  books.taken.resize(state.nodes().size());
  for (const PodSlot& slot : state.pods().slots()) {
    if (!slot.in_use || !OnNode(slot.footing.standing)) continue;
    const Gang* gang = slot.footing.gang.valid() ? &state.gang(slot.footing.gang) : nullptr;
    Count(state, gang, slot.footing.role, slot.footing.node, slot.footing.queue, 1, false, &books);
    if (slot.footing.standing != Standing::kDeparting) continue;
    for (QueueId id = slot.footing.queue; id.valid(); id = state.tree().at(id).parent) {
      AddScaled(&books.leaving[id], state.roles().at(slot.footing.role).each, 1);
    }
  }
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid()) continue;
    for (const HoldSlot& slot : gang.holds) {
      Count(state, &gang, gang.executor, slot.node, gang.queue, slot.count, true, &books);
    }
    for (const RepairHold& repair : gang.repairs) {
      Count(state, &gang, repair.role, repair.node, gang.queue, 1, true, &books);
    }
    if (gang.evicted) CountLeaving(state, gang, &books);
    for (const ClaimSlot& slot : gang.claim) {
      Count(state, &gang, slot.role, slot.node, gang.queue, slot.count, true, &books);
    }
    CountBegun(state, gang, &books);
    CheckUser(state, gang, &books, &wrong);
    CheckGang(state, gang, &wrong);
  }
  CheckLimited(state, books, &wrong);
  for (uint32_t node = 0; node < state.nodes().size(); ++node) {
    for (size_t column = 0; column < state.resources().size(); ++column) {
      const auto free = state.nodes().free(column);
      if (free.empty()) continue;
      const int64_t expected =
          state.nodes().allocatable(column)[node] - AmountAt(books.taken[node], column);
      if (free[node] != expected) {
        wrong.push_back(absl::StrCat("node ", state.nodes().at(NodeId{node}).name, ": free ",
                                     state.resources().Name(static_cast<uint32_t>(column)), " is ",
                                     free[node], ", recomputed ", expected));
      }
    }
  }
  for (const Queue& queue : state.tree().queues()) {
    const std::pair<absl::string_view, bool> books_of[] = {
        {"used", Same(queue.used, books.used[queue.id])},
        {"held", Same(queue.held, books.held[queue.id])},
        {"leaving", Same(queue.leaving, books.leaving[queue.id])},
        {"running", queue.running == books.running[queue.id]},
    };
    for (const auto& [name, same] : books_of) {
      if (same) continue;
      wrong.push_back(absl::StrCat("queue ", queue.path, ": ", name, " differs from its gangs'"));
    }
  }
  CheckUsers(state, books, &wrong);
  return wrong;
}

}  // namespace muster
