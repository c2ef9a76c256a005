// SPDX-License-Identifier: Apache-2.0
// One gang of the oracle: where it would go, whether it passes, why it waits.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "test/cycle/oracle_books.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {

bool Oracle::Admitted(const RoleSpec& role) const {
  return std::any_of(world_.nodes.begin(), world_.nodes.end(),
                     [&role](const auto& entry) { return SlowAdmits(role, entry.second); });
}

bool Oracle::FitsEmptied(std::vector<RoleSpec> members,
                         std::map<std::string, ResourceList>* left) const {
  if (members.empty()) return true;
  const RoleSpec role = members.back();
  members.pop_back();
  for (const auto& [name, node] : world_.nodes) {
    if (SlowRoom(role, node, (*left)[name]) == 0) continue;
    const ResourceList before = (*left)[name];
    Take(&(*left)[name], role);
    if (FitsEmptied(members, left)) return true;
    (*left)[name] = before;
  }
  return false;
}

bool Oracle::Impossible(const Job& job, std::string* word) const {
  std::vector<RoleSpec> members;
  for (const Part& part : job.parts) {
    members.insert(members.end(), static_cast<size_t>(part.count()), part.role);
    if (!Admitted(part.role)) *word = "Predicate";
  }
  if (!word->empty()) return true;
  std::map<std::string, ResourceList> left;
  for (const auto& [name, node] : world_.nodes) left[name] = node.allocatable;
  if (!FitsEmptied(members, &left)) *word = "NeverFits";
  return !word->empty();
}

// "QueueQuota" of a resource, "QueueGangs" of running gangs.
std::string Oracle::QuotaWord(const Job& job, const Books& books) const {
  SlowUse own{job.queue, job.user, {}, 1};
  for (const Part& part : job.parts) {
    for (int i = 0; i < part.count(); ++i) own.amounts.Add(WithPod(part.role.requests));
  }
  for (const auto& [key, limit] : LimitsOf(world_.config, {own})) {
    if (!key.second.empty() && limit.have > limit.limit) return "NeverFits";
  }
  std::vector<SlowUse> all = books.uses;
  all.push_back(own);
  std::string word;
  const SlowLimits mine = LimitsOf(world_.config, {own});
  for (const auto& [key, limit] : LimitsOf(world_.config, all)) {
    if (limit.have <= limit.limit || mine.count(key) == 0) continue;
    const bool queue = key.first.rfind("queue ", 0) == 0;
    if (queue && !key.second.empty()) return "QueueQuota";
    if (queue) word = "QueueGangs";
    if (word.empty()) word = "UserLimit";
  }
  return word;
}

int64_t Oracle::Rooms(const RoleSpec& role, const Books& books) const {
  int64_t sum = 0;
  for (const auto& [name, node] : world_.nodes) sum += SlowRoom(role, node, books.free.at(name));
  return sum;
}

// The fullest node with room, by name where two are as full.
std::string Oracle::Best(const RoleSpec& role, const Books& books) const {
  std::string best;
  int best_rate = -1;
  for (const auto& [name, node] : world_.nodes) {
    const ResourceList& free = books.free.at(name);
    if (SlowRoom(role, node, free) == 0) continue;
    double fullest = 0;
    for (absl::string_view resource : {kCpu, kMemory}) {
      const auto all = static_cast<double>(node.allocatable.Get(resource));
      const auto left = static_cast<double>(free.Get(resource) - role.requests.Get(resource));
      fullest = all <= 0 ? 1.0 : std::max(fullest, (all - left) / all);
    }
    const int rate = static_cast<int>(std::clamp(fullest, 0.0, 1.0) * 1'000'000);
    if (rate > best_rate) {
      best = name;
      best_rate = rate;
    }
  }
  return best;
}

bool Oracle::Place(const Job& job, const std::vector<size_t>& order, Books* books,
                   std::string* text) const {
  std::map<size_t, std::vector<std::string>> nodes;  // by part, member by member
  placed_.clear();
  for (size_t index : order) {
    const Part& part = job.parts[index];
    for (int i = 0; i < part.count(); ++i) {
      const std::string node = Best(part.role, *books);
      if (node.empty()) return false;
      Take(&books->free[node], part.role);
      const ResourceList each = WithPod(part.role.requests);
      books->by_user[job.queue + " " + job.user].Add(each);
      for (std::string path = job.queue; !path.empty(); path = books->queues.at(path).parent) {
        books->queues.at(path).use.Add(each);
      }
      nodes[index].push_back(node);
      placed_.emplace_back(node, part.role);
    }
  }
  *text = job.name + ":";
  std::string holds;
  for (size_t index = 0; index < job.parts.size(); ++index) {
    const Part& part = job.parts[index];
    for (size_t i = 0; i < part.pods.size(); ++i) {
      absl::StrAppend(text, " ", part.pods[i].name, "@", nodes[index][i]);
    }
    for (size_t i = part.pods.size(); i < nodes[index].size();) {
      size_t end = i;
      while (end < nodes[index].size() && nodes[index][end] == nodes[index][i]) ++end;
      absl::StrAppend(&holds, " hold ", end - i, "@", nodes[index][i]);
      i = end;
    }
  }
  absl::StrAppend(text, holds);
  return true;
}

namespace {

SlowUse UseOf(const Job& job) {
  SlowUse use{job.queue, job.user, {}, 1};
  for (const Part& part : job.parts) {
    for (int i = 0; i < part.count(); ++i) use.amounts.Add(WithPod(part.role.requests));
  }
  return use;
}

void Subtract(ResourceList* from, const ResourceList& what) {
  for (const auto& [name, amount] : what.entries()) from->Set(name, from->Get(name) - amount);
}

}  // namespace

// The scarcest part first, or else last.
bool Oracle::PlaceEither(const Job& job, Books* books, std::string* text) {
  std::vector<size_t> order(job.parts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return Rooms(job.parts[a].role, *books) - job.parts[a].count() <
           Rooms(job.parts[b].role, *books) - job.parts[b].count();
  });
  for (int attempt = 0; attempt < 2; ++attempt) {
    Books copy = *books;
    if (Place(job, order, &copy, text)) {
      *books = copy;
      books->uses.push_back(UseOf(job));
      return true;
    }
    std::reverse(order.begin(), order.end());
  }
  return false;
}

// With all of that gone that ends by then; in `books` it has the room.
bool Oracle::FitsBy(const Job& job, absl::Duration date, Books* books) {
  for (const Starter& starter : started_) {
    const absl::Duration run = starter.job.speaker.runtime;
    if (run == absl::ZeroDuration() || run > date) continue;
    for (const auto& [node, role] : starter.members) {
      const ResourceList each = WithPod(role.requests);
      books->free[node].Add(each);
      Subtract(&books->by_user[starter.job.queue + " " + starter.job.user], each);
      for (std::string path = starter.job.queue; !path.empty();
           path = books->queues.at(path).parent) {
        Subtract(&books->queues.at(path).use, each);
      }
    }
    const SlowUse gone = UseOf(starter.job);
    const auto same = std::find_if(books->uses.begin(), books->uses.end(), [&](const SlowUse& use) {
      return use.queue == gone.queue && use.user == gone.user && use.amounts == gone.amounts;
    });
    if (same != books->uses.end()) books->uses.erase(same);
  }
  std::string text;
  return QuotaWord(job, *books).empty() && PlaceEither(job, books, &text);
}

void Oracle::Block(const Job& job, bool quota) {
  const QueueSpec& leaf = books_.queues.at(job.queue).spec;
  if (leaf.order != LeafOrder::kFifo) return;
  Head head{job, quota, std::nullopt, {}};
  std::vector<absl::Duration> ends;
  for (const Starter& starter : started_) {
    if (starter.job.speaker.runtime > absl::ZeroDuration()) {
      ends.push_back(starter.job.speaker.runtime);
    }
  }
  std::sort(ends.begin(), ends.end());
  for (absl::Duration end : ends) {
    Books then = books_;
    if (!leaf.backfill || head.date.has_value() || !FitsBy(job, end, &then)) continue;
    head.date = end;
    std::map<std::string, ResourceList> plan;
    for (const auto& [node, role] : placed_) plan[node].Add(WithPod(role.requests));
    for (const auto& [node, amounts] : plan) {
      for (const auto& [name, amount] : amounts.entries()) {
        const int64_t left = std::max<int64_t>(0, then.free[node].Get(name));
        const int64_t kept = books_.free[node].Get(name) - left;
        if (kept > 0 && amount > 0) head.kept[node].Set(name, kept);
      }
    }
  }
  heads_.push_back(head);
}

bool Oracle::Ahead(const Head& head, const Job& job) const {
  if (head.job.queue != job.queue) return false;
  if (head.quota) return true;
  for (const auto& [name, node] : world_.nodes) {
    const auto wants = [&n = node](const Job& who) {
      return std::any_of(who.parts.begin(), who.parts.end(),
                         [&n](const Part& part) { return SlowAdmits(part.role, n); });
    };
    if (wants(head.job) && wants(job)) return true;
  }
  return false;
}

// Whether the gang starts although it comes after the heads.
bool Oracle::Pass(const Job& job, const std::vector<const Head*>& heads) {
  const absl::Duration run = job.speaker.runtime;
  Books books = books_;
  std::vector<const Head*> beside;
  for (const Head* head : heads) {
    if (!head->date.has_value()) return false;
    if (run > absl::ZeroDuration() && run <= *head->date) continue;
    beside.push_back(head);
    for (const auto& [node, kept] : head->kept) Subtract(&books.free[node], kept);
  }
  std::string text;
  if (!QuotaWord(job, books).empty() || !PlaceEither(job, &books, &text)) return false;
  const std::vector<std::pair<std::string, RoleSpec>> members = placed_;
  for (const Head* head : beside) {
    for (const auto& [node, kept] : head->kept) books.free[node].Add(kept);
  }
  for (const Head* head : beside) {
    Books then = books;
    if (!FitsBy(head->job, *head->date, &then)) return false;
  }
  books_ = books;
  started_.push_back({job, members});
  plan_.starts.push_back(text);
  return true;
}

// "" where it starts.
std::string Oracle::Try(const Job& job) {
  std::string word;
  std::vector<const Head*> ahead;
  for (const Head& head : heads_) {
    if (Ahead(head, job)) ahead.push_back(&head);
  }
  const std::string quota = QuotaWord(job, books_);
  if (!ahead.empty() && Pass(job, ahead)) return "";
  if (quota == "NeverFits") return quota;
  if (!ahead.empty()) return Impossible(job, &word) ? word : "BehindHead";
  if (!quota.empty()) {
    if (Impossible(job, &word)) return word;
    if (quota == "QueueQuota") Block(job, true);
    return quota == "QueueGangs" ? "QueueQuota" : quota;
  }
  std::string text;
  if (PlaceEither(job, &books_, &text)) {
    started_.push_back({job, placed_});
    plan_.starts.push_back(text);
    return "";
  }
  if (Impossible(job, &word)) return word;
  Block(job, false);
  return "NoRoom";
}

}  // namespace muster::test
