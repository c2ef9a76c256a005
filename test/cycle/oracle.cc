// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/oracle.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "test/cycle/slow_limits.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {

namespace {

__extension__ typedef __int128 Wide;

struct Part {
  RoleSpec role;
  std::vector<Pod> pods;
  int forecast = 0;
  int count() const { return static_cast<int>(pods.size()) + forecast; }
};

struct Job {
  std::string name;  // "ns/name"
  std::string queue;
  std::string user;
  Pod speaker;
  std::vector<Part> parts;
};

struct QueueNode {
  QueueSpec spec;
  std::string parent;
  ResourceList use;
};

ResourceList WithPod(ResourceList requests) {
  requests.Set(kPods, 1);
  return requests;
}

void Take(ResourceList* free, const RoleSpec& role) {
  const ResourceList each = WithPod(role.requests);
  for (const auto& [name, amount] : each.entries()) free->Set(name, free->Get(name) - amount);
}

// Everything that a try may change.
struct Books {
  std::map<std::string, ResourceList> free;     // by node
  std::map<std::string, QueueNode> queues;      // by path
  std::map<std::string, ResourceList> by_user;  // "queue user"
  std::vector<SlowUse> uses;
};

std::string LeafOf(const QueueConfig& config, const std::string& label) {
  if (!LevelsTo(config, label).empty()) return label;
  return LevelsTo(config, label + ".ns").empty() ? "" : label + ".ns";
}

// Why the queue takes nothing from the pod that speaks, or "".
std::string Refusal(const std::vector<SlowLevel>& levels, const Pod& pod) {
  const std::vector<std::string>& accounts = levels.back().spec.service_accounts;
  const auto allows = [&pod](const std::string& glob) {
    return GlobMatches(glob, pod.ns + "/" + pod.service_account);
  };
  if (!accounts.empty() && std::none_of(accounts.begin(), accounts.end(), allows)) {
    return "Forbidden";
  }
  for (const SlowLevel& level : levels) {
    if (pod.priority > level.spec.max_priority) return "Forbidden";
  }
  for (const SlowLevel& level : levels) {
    if (level.spec.state != QueueState::kOpen) return "QueueClosed";
  }
  return "";
}

class Oracle {
 public:
  explicit Oracle(const OracleWorld& world) : world_(world) {
    for (const QueueSpec& spec : world.config.queues) AddQueue(spec, "");
    for (const auto& [name, node] : world.nodes) {
      books_.free[name] = node.allocatable;
      total_.Add(node.allocatable);
    }
    for (const auto& [uid, pod] : world.pods) {
      if (!pod.node_name.empty() && !IsTerminal(pod)) {
        Take(&books_.free[pod.node_name], pod.role);
      }
    }
  }

  OraclePlan Decide();

 private:
  void AddQueue(const QueueSpec& spec, const std::string& parent) {
    const std::string path = parent.empty() ? spec.name : parent + "." + spec.name;
    books_.queues[path] = QueueNode{spec, parent, {}};
    if (spec.per_namespace) {
      const std::vector<SlowLevel> levels = LevelsTo(world_.config, path + ".ns");
      books_.queues[path].spec = levels[levels.size() - 2].spec;
      books_.queues[path + ".ns"] = QueueNode{levels.back().spec, path, {}};
    }
    for (const QueueSpec& child : spec.queues) AddQueue(child, path);
  }
  void Gather();
  std::string Judge(const std::string& name, std::vector<Pod> members);
  std::optional<Job> Next();
  bool GoesFirst(const std::string& a, const std::string& b) const;
  bool Before(const Job& a, const Job& b) const;
  int CompareShares(const ResourceList& a, int64_t weight_a, const ResourceList& b,
                    int64_t weight_b) const;
  std::string Try(const Job& job);
  std::string QuotaWord(const Job& job) const;
  bool Place(const Job& job, const std::vector<size_t>& order, Books* books,
             std::string* text) const;
  std::string Best(const RoleSpec& role, const Books& books) const;
  int64_t Rooms(const RoleSpec& role, const Books& books) const;
  bool Admitted(const RoleSpec& role) const;
  bool FitsEmptied(std::vector<RoleSpec> members, std::map<std::string, ResourceList>* left) const;
  bool Impossible(const Job& job, std::string* word) const;
  bool EnoughInSum(const Job& job) const;

  const OracleWorld& world_;
  Books books_;
  ResourceList total_;
  std::vector<Job> line_;
  std::vector<std::pair<Job, bool>> heads_;  // that wait; true: for quota
  OraclePlan plan_;
};

void Oracle::Gather() {
  std::map<std::string, std::vector<Pod>> gangs;
  for (const auto& [uid, pod] : world_.pods) {
    if (pod.scheduler_name != "muster") continue;
    const std::string key = !pod.gang.empty()        ? "gang " + pod.gang
                            : !pod.spark_app.empty() ? "spark " + pod.spark_app
                                                     : "pod " + pod.uid;
    gangs[key].push_back(pod);
  }
  for (auto& [key, members] : gangs) {
    const Pod& any = members.front();
    const std::string name = absl::StrCat(any.ns, "/",
                                          !any.gang.empty()        ? any.gang
                                          : !any.spark_app.empty() ? any.spark_app
                                                                   : any.name);
    const std::string word = Judge(name, members);
    if (!word.empty()) plan_.reasons[name] = word;
  }
}

// Puts the gang in line, or says why it may not stand there.
std::string Oracle::Judge(const std::string& name, std::vector<Pod> members) {
  std::sort(members.begin(), members.end(), [](const Pod& a, const Pod& b) {
    const bool x = a.spark_role != SparkRole::kDriver, y = b.spark_role != SparkRole::kDriver;
    return std::tie(x, a.created, a.name) < std::tie(y, b.created, b.name);
  });
  Job job;
  job.speaker = members.front();
  job.name = name;
  job.queue = job.speaker.queue;
  job.user = absl::StrCat(job.speaker.ns, "/", job.speaker.service_account);
  const bool driver = job.speaker.spark_role == SparkRole::kDriver;
  int minimum = members.front().gang.empty() ? 1 : 0;
  for (const Pod& pod : members) minimum = std::max(minimum, pod.gang_min);
  std::erase_if(members, [](const Pod& pod) { return pod.deleting; });
  if (members.empty()) return "";
  if (driver && job.speaker.deleting) return "";
  for (const Pod& pod : members) {
    if (!pod.config_error.empty()) return "ConfigError";
  }
  job.queue = LeafOf(world_.config, job.queue);
  if (job.queue.empty()) return "ConfigError";
  const std::string refusal = Refusal(LevelsTo(world_.config, job.queue), job.speaker);
  if (!refusal.empty()) return refusal;
  const Forecast* forecast = driver ? &world_.forecasts.at(job.speaker.uid) : nullptr;
  if (driver) minimum = 1 + forecast->start;
  if (!driver && static_cast<int>(members.size()) < minimum) return "GangIncomplete";
  const auto part_of = [&job](const RoleSpec& role) -> Part& {
    for (Part& part : job.parts) {
      if (part.role == role) return part;
    }
    job.parts.push_back(Part{role, {}, 0});
    return job.parts.back();
  };
  if (static_cast<int>(members.size()) > minimum) members.resize(static_cast<size_t>(minimum));
  for (const Pod& pod : members) part_of(pod.role).pods.push_back(pod);
  const int missing = minimum - static_cast<int>(members.size());
  if (missing > 0) part_of(forecast->executor).forecast += missing;
  line_.push_back(std::move(job));
  return "";
}

int Oracle::CompareShares(const ResourceList& a, int64_t weight_a, const ResourceList& b,
                          int64_t weight_b) const {
  // As numerator and denominator of the largest quotient; nothing of what is used is absent here.
  const auto dominant = [this](const ResourceList& use, int64_t weight) {
    std::pair<Wide, Wide> best{0, 1};
    for (const auto& [name, amount] : use.entries()) {
      const Wide whole = static_cast<Wide>(total_.Get(name)) * weight;
      if (amount > 0 && amount * best.second > best.first * whole) best = {amount, whole};
    }
    return best;
  };
  const auto x = dominant(a, weight_a), y = dominant(b, weight_b);
  const Wide left = x.first * y.second, right = y.first * x.second;
  return left < right ? -1 : left > right ? 1 : 0;
}

bool Oracle::GoesFirst(const std::string& a, const std::string& b) const {
  const auto below = [](const QueueNode& queue) {
    for (const auto& [name, amount] : queue.spec.guaranteed.entries()) {
      if (queue.use.Get(name) >= amount) return false;
    }
    return !queue.spec.guaranteed.empty();
  };
  const QueueNode& x = books_.queues.at(a);
  const QueueNode& y = books_.queues.at(b);
  if (below(x) != below(y)) return below(x);
  if (x.spec.priority != y.spec.priority) return x.spec.priority > y.spec.priority;
  const int order = CompareShares(x.use, x.spec.weight, y.use, y.spec.weight);
  return order != 0 ? order < 0 : a < b;
}

bool Oracle::Before(const Job& a, const Job& b) const {
  if (a.speaker.priority != b.speaker.priority) return a.speaker.priority > b.speaker.priority;
  if (books_.queues.at(a.queue).spec.order == LeafOrder::kFair && a.user != b.user) {
    const auto use = [this](const Job& job) {
      auto found = books_.by_user.find(job.queue + " " + job.user);
      return found == books_.by_user.end() ? ResourceList() : found->second;
    };
    const int order = CompareShares(use(a), 1, use(b), 1);
    if (order != 0) return order < 0;
  }
  return std::tie(a.speaker.created, a.name, a.speaker.uid) <
         std::tie(b.speaker.created, b.name, b.speaker.uid);
}

// From the root down to the leaf that goes first among those with somebody in line; its first.
std::optional<Job> Oracle::Next() {
  std::string at;
  const auto within = [](const std::string& leaf, const std::string& path) {
    return path.empty() || leaf == path || leaf.rfind(path + ".", 0) == 0;
  };
  while (true) {
    std::string best;
    for (const auto& [path, queue] : books_.queues) {
      const bool waits = std::any_of(line_.begin(), line_.end(), [&, p = path](const Job& job) {
        return within(job.queue, p);
      });
      if (queue.parent == at && waits && (best.empty() || GoesFirst(path, best))) best = path;
    }
    if (best.empty()) break;
    at = best;
  }
  if (at.empty()) return std::nullopt;
  auto first = line_.end();
  for (auto job = line_.begin(); job != line_.end(); ++job) {
    if (job->queue == at && (first == line_.end() || Before(*job, *first))) first = job;
  }
  Job job = *first;
  line_.erase(first);
  return job;
}

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
std::string Oracle::QuotaWord(const Job& job) const {
  SlowUse own{job.queue, job.user, {}, 1};
  for (const Part& part : job.parts) {
    for (int i = 0; i < part.count(); ++i) own.amounts.Add(WithPod(part.role.requests));
  }
  for (const auto& [key, limit] : LimitsOf(world_.config, {own})) {
    if (!key.second.empty() && limit.have > limit.limit) return "NeverFits";
  }
  std::vector<SlowUse> all = books_.uses;
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

// "" where it starts.
std::string Oracle::Try(const Job& job) {
  std::string word;
  const bool behind = std::any_of(heads_.begin(), heads_.end(), [&](const auto& head) {
    if (head.first.queue != job.queue) return false;
    if (head.second) return true;
    for (const auto& [name, node] : world_.nodes) {
      const auto wants = [&n = node](const Job& who) {
        return std::any_of(who.parts.begin(), who.parts.end(),
                           [&n](const Part& part) { return SlowAdmits(part.role, n); });
      };
      if (wants(head.first) && wants(job)) return true;
    }
    return false;
  });
  const std::string quota = QuotaWord(job);
  if (quota == "NeverFits") return quota;
  if (behind) return Impossible(job, &word) ? word : "BehindHead";
  const bool strict = books_.queues.at(job.queue).spec.order == LeafOrder::kFifo;
  if (!quota.empty()) {
    if (strict && quota == "QueueQuota") heads_.emplace_back(job, true);
    return quota == "QueueGangs" ? "QueueQuota" : quota;
  }
  std::vector<size_t> order(job.parts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return Rooms(job.parts[a].role, books_) - job.parts[a].count() <
           Rooms(job.parts[b].role, books_) - job.parts[b].count();
  });
  for (int attempt = 0; attempt < 2; ++attempt) {
    Books copy = books_;
    std::string text;
    if (Place(job, order, &copy, &text)) {
      books_ = copy;
      SlowUse use{job.queue, job.user, {}, 1};
      for (const Part& part : job.parts) {
        for (int i = 0; i < part.count(); ++i) use.amounts.Add(WithPod(part.role.requests));
      }
      books_.uses.push_back(use);
      plan_.starts.push_back(text);
      return "";
    }
    std::reverse(order.begin(), order.end());
  }
  if (Impossible(job, &word)) return word;
  if (strict) heads_.emplace_back(job, false);
  return "NoRoom";
}

OraclePlan Oracle::Decide() {
  Gather();
  while (std::optional<Job> job = Next()) {
    const std::string word = Try(*job);
    if (!word.empty()) plan_.reasons[job->name] = word;
  }
  return plan_;
}

}  // namespace

OraclePlan DecideSlowly(const OracleWorld& world) { return Oracle(world).Decide(); }

}  // namespace muster::test
