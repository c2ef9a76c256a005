// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/oracle.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "test/cycle/oracle_books.h"

namespace muster::test {

namespace {

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

}  // namespace

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

OraclePlan Oracle::Decide() {
  Gather();
  while (std::optional<Job> job = Next()) {
    const std::string word = Try(*job);
    if (!word.empty()) plan_.reasons[job->name] = word;
  }
  return plan_;
}

OraclePlan DecideSlowly(const OracleWorld& world) { return Oracle(world).Decide(); }

}  // namespace muster::test
