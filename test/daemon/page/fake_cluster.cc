// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/page/fake_cluster.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

namespace muster::daemon {
namespace {

struct Kind {
  const char* queue;
  const char* ns;
  const char* app;
  int executors;
  FakeAmounts each;
  int minutes;
  int weight;
};

constexpr Kind kKinds[] = {
    {"etl", "team-etl", "nightly-orders", 24, {4, 16, 0}, 13, 14},
    {"etl", "team-etl", "hourly-sessions", 12, {4, 16, 0}, 9, 16},
    {"analytics.adhoc", "team-adhoc", "notebook", 8, {2, 8, 0}, 20, 26},
    {"analytics.reports", "team-reports", "report-margin", 12, {4, 14, 0}, 8, 14},
    {"ml", "team-ml", "train-ranker", 4, {8, 48, 1}, 42, 8},
    {"tenants.dev-1", "dev-1", "smoke", 3, {1, 4, 0}, 4, 8},
    {"tenants.dev-2", "dev-2", "backfill-events", 6, {1, 4, 0}, 15, 8},
    {"tenants.dev-3", "dev-3", "smoke", 2, {1, 4, 0}, 5, 6},
};

bool Fits(const FakeAmounts& free, const FakeAmounts& need) {
  return free.cpu >= need.cpu && free.memory >= need.memory && free.gpu >= need.gpu;
}

FakeAmounts Free(const FakeNode& node) {
  FakeAmounts free = node.size;
  free -= node.used;
  free -= node.held;
  free.cpu -= node.spare;
  return free;
}

bool Under(const std::string& path, const std::string& queue) {
  return path == queue || path.rfind(queue + ".", 0) == 0;
}

}  // namespace

FakeAmounts& FakeAmounts::operator+=(const FakeAmounts& other) {
  cpu += other.cpu;
  memory += other.memory;
  gpu += other.gpu;
  return *this;
}

FakeAmounts& FakeAmounts::operator-=(const FakeAmounts& other) { return *this += other * -1; }

FakeCluster::FakeCluster(size_t gangs, size_t nodes, absl::Time now, bool hostile)
    : hostile_(hostile), now_(now) {
  AddQueues();
  AddNodes(nodes);
  for (size_t i = 0; i < gangs; ++i) {
    const double age = 55.0 * static_cast<double>(gangs - i) / static_cast<double>(gangs);
    Arrive(now - absl::Minutes(age) - absl::Seconds(1));
    FakeGang& gang = gangs_.back();
    if (!Start(&gang, gang.created + absl::Seconds(5 + Random(240)))) continue;
    gang.began = std::min(gang.began, now);
    gang.ends = now + absl::Seconds(5 + Random(500));
    Decide("start", gang, "");
  }
  std::sort(decisions_.begin(), decisions_.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.at().seconds(), a.number()) <
           std::make_pair(b.at().seconds(), b.number());
  });
  for (size_t i = 0; i < decisions_.size(); ++i) {
    decisions_[i].set_number(static_cast<int64_t>(i) + 1);
  }
}

void FakeCluster::AddQueues() {
  queues_ = {
      {"etl", "fifo", 3, {800, 3200, 0}, {1800, 0, 0}, true, "open", {}, {}},
      {"analytics", "", 2, {400, 0, 0}, {}, false, "open", {}, {}},
      {"analytics.adhoc", "fair", 1, {}, {600, 0, 0}, true, "open", {}, {}},
      {"analytics.reports", "fifo", 1, {200, 0, 0}, {}, true, "open", {}, {}},
      {"ml", "fifo", 1, {0, 0, 16}, {0, 0, 48}, true, "open", {}, {}},
      {"tenants", "", 1, {}, {400, 0, 0}, false, "open", {}, {}},
      {"tenants.dev-1", "fifo", 1, {}, {20, 0, 0}, true, "open", {}, {}},
      {"tenants.dev-2", "fifo", 1, {}, {20, 0, 0}, true, "open", {}, {}},
      {"tenants.dev-3", "fifo", 1, {}, {20, 0, 0}, true, "draining", {}, {}},
  };
}

void FakeCluster::AddNodes(size_t count) {
  const char* const zones[] = {"eu-central-1a", "eu-central-1b", "eu-central-1c"};
  for (size_t i = 0; i < count; ++i) {
    FakeNode node;
    const bool gpu = i % 16 == 15;
    node.name = absl::StrCat(gpu ? "gpu-" : "worker-", i);
    node.zone = zones[i % 3];
    node.type = gpu ? "g5.12xlarge" : i % 4 == 0 ? "m6i.4xlarge spot" : "m6i.4xlarge";
    node.size = gpu ? FakeAmounts{48, 192, 4} : FakeAmounts{16, 64, 0};
    node.spare = gpu ? 0 : static_cast<int64_t>(Random(2) * Random(13));
    node.unschedulable = i % 41 == 40;
    nodes_.push_back(node);
  }
}

void FakeCluster::Arrive(absl::Time created) {
  int weight = static_cast<int>(Random(100));
  const Kind* kind = kKinds;
  while (weight >= kind->weight) weight -= (kind++)->weight;
  FakeGang gang;
  gang.ns = kind->ns;
  gang.name = absl::StrCat("spark-", absl::Hex(random_(), absl::kZeroPad16));
  gang.kind = "Spark";
  gang.app = kind->app;
  gang.user = absl::StrCat(kind->ns, "/", Random(3) == 0 ? "airflow" : "spark");
  if (hostile_ && gangs_.size() % 7 == 0) {
    gang.app = "<img src=x onerror=\"document.title='owned'\">";
    gang.user = "<script>document.title='owned'</script>";
  }
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i].path == kind->queue) gang.queue = i;
  }
  gang.created = created;
  gang.each = kind->each;
  gang.minimum = gang.members = 1 + kind->executors;
  gang.reason = queues_[gang.queue].state == "open" ? "CapacityShort" : "QueueClosed";
  gangs_.push_back(std::move(gang));
}

void FakeCluster::Charge(const FakeGang& gang, bool back) {
  const int64_t sign = back ? -1 : 1;
  for (FakeQueue& queue : queues_) {
    if (!Under(queues_[gang.queue].path, queue.path)) continue;
    queue.used += gang.each * (sign * (gang.members - gang.held));
    queue.held += gang.each * (sign * gang.held);
  }
  for (size_t i = 0; i < gang.nodes.size(); ++i) {
    FakeNode& node = nodes_[gang.nodes[i]];
    const bool held = i + static_cast<size_t>(gang.held) >= gang.nodes.size();
    (held ? node.held : node.used) += gang.each * sign;
    if (!held) node.pods += static_cast<int>(sign);
  }
}

bool FakeCluster::Start(FakeGang* gang, absl::Time began) {
  const FakeQueue& own = queues_[gang->queue];
  if (own.state != "open") return false;
  for (const FakeQueue& queue : queues_) {
    if (!Under(own.path, queue.path)) continue;
    FakeAmounts would = queue.used;
    would += queue.held;
    would += gang->each * gang->members;
    if ((queue.max.cpu > 0 && would.cpu > queue.max.cpu) ||
        (queue.max.gpu > 0 && would.gpu > queue.max.gpu)) {
      gang->reason = "QueueQuota";
      return false;
    }
  }
  std::vector<size_t> found;
  std::vector<FakeNode> trial = nodes_;
  for (size_t tried = 0;
       tried < trial.size() && found.size() < static_cast<size_t>(gang->members);) {
    const size_t at = (next_node_ + tried) % trial.size();
    const bool pool = (gang->each.gpu > 0) == (trial[at].size.gpu > 0);
    if (pool && !trial[at].unschedulable && Fits(Free(trial[at]), gang->each)) {
      trial[at].used += gang->each;
      found.push_back(at);
    } else {
      ++tried;
    }
  }
  if (found.size() < static_cast<size_t>(gang->members)) {
    gang->reason = Random(3) == 0 ? "BehindHead" : "CapacityShort";
    return false;
  }
  next_node_ = (next_node_ + Random(9)) % nodes_.size();
  gang->nodes = std::move(found);
  gang->held = Random(5) == 0 ? static_cast<int>(Random(static_cast<size_t>(gang->members))) : 0;
  gang->state = "running";
  gang->reason = "";
  gang->began = began;
  gang->ends = began + absl::Minutes(3 + Random(15));
  Charge(*gang, false);
  return true;
}

void FakeCluster::Stop(FakeGang* gang) {
  Charge(*gang, true);
  gang->nodes.clear();
  gang->held = 0;
}

void FakeCluster::End(FakeGang gang) {
  if (gang.state != "waiting") Stop(&gang);
  gang.evicted = gang.state == "evicted";
  if (gang.state == "waiting") gang.began = absl::InfiniteFuture();
  gang.state = "ended";
  gang.reason = "";
  gang.ends = now_;
  ended_.push_back(std::move(gang));
}

void FakeCluster::Decide(const std::string& kind, const FakeGang& gang,
                         const std::string& message) {
  v1::Decision decision;
  const absl::Time at = kind == "start" && gang.began < now_ ? gang.began : now_;
  *decision.mutable_at() =
      google::protobuf::util::TimeUtil::MillisecondsToTimestamp(absl::ToUnixMillis(at));
  decision.set_number(++number_);
  decision.set_kind(kind);
  decision.set_gang(absl::StrCat(gang.ns, "/", gang.name));
  decision.set_queue(queues_[gang.queue].path);
  decision.set_pods(gang.members);
  decision.set_message(message.empty()
                           ? absl::StrCat(gang.members, " pods on ", gang.nodes.size(), " nodes")
                           : message);
  if (kind == "wait") decision.set_reason(gang.reason);
  if (kind == "evict") decision.set_reason("reclaim");
  decisions_.push_back(std::move(decision));
}

void FakeCluster::Step(absl::Time now) {
  now_ = now;
  for (auto gang = gangs_.begin(); gang != gangs_.end();) {
    const bool over = gang->state != "waiting" && now >= gang->ends;
    if (over) End(*gang);
    gang = over ? gangs_.erase(gang) : gang + 1;
  }
  const size_t arriving = 1 + Random(3);
  for (size_t i = 0; i < arriving; ++i) Arrive(now);
  int tried = 0;
  for (FakeGang& gang : gangs_) {
    if (gang.state != "waiting" || ++tried > 200) continue;
    if (Start(&gang, now)) Decide("start", gang, "");
  }
  if (Random(4) == 0) {
    const auto victim = std::find_if(gangs_.begin(), gangs_.end(), [](const FakeGang& gang) {
      return gang.state == "running" && gang.reason.empty();
    });
    if (victim != gangs_.end()) Evict(victim->name);
  }
}

void FakeCluster::Add(const std::string& ns, const std::string& name, const std::string& queue,
                      absl::Time now) {
  now_ = now;
  Arrive(now);
  FakeGang& gang = gangs_.back();
  gang.ns = ns;
  gang.name = name;
  gang.app = "added";
  gang.reason = "CapacityShort";
  for (size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i].path == queue) gang.queue = i;
  }
  Decide("wait", gang, "gang needs 9 cpu, 8 free on the nodes that admit it");
}

void FakeCluster::Remove(const std::string& name) {
  const auto gang = std::find_if(gangs_.begin(), gangs_.end(),
                                 [&name](const FakeGang& each) { return each.name == name; });
  if (gang == gangs_.end()) return;
  End(*gang);
  gangs_.erase(gang);
}

void FakeCluster::Evict(const std::string& name) {
  const auto gang = std::find_if(gangs_.begin(), gangs_.end(),
                                 [&name](const FakeGang& each) { return each.name == name; });
  if (gang == gangs_.end()) return;
  gang->state = "evicted";
  gang->ends = now_ + absl::Seconds(4);
  Decide("evict", *gang, "whole, for a gang of a queue below its entitlement");
}

}  // namespace muster::daemon
