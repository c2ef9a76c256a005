// SPDX-License-Identifier: Apache-2.0
#include "test/sim/random_scenario.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/random.h"

namespace muster::sim {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;
constexpr absl::Duration kFaultsEnd = absl::Seconds(200);

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {
    scenario_.name = absl::StrCat("random ", seed);
    scenario_.file = "random";
    scenario_.seed = seed;
  }

  codec::Scenario Take() {
    crowded_ = random_.Percent(50);
    Nodes();
    Queues();
    const int64_t jobs = crowded_ ? random_.Between(8, 20) : random_.Between(2, 10);
    for (int64_t i = 0; i < jobs; ++i) scenario_.jobs.push_back(Work(i));
    Budgets();
    // A third has no faults, so that nothing excuses an eviction.
    const int64_t faults = random_.Percent(33) ? 0 : random_.Between(1, 8);
    for (int64_t i = 0; i < faults; ++i) Fault();
    Heal();
    return std::move(scenario_);
  }

 private:
  absl::Duration Seconds(int64_t low, int64_t high) {
    return random_.Between(absl::Seconds(low), absl::Seconds(high));
  }

  void Nodes() {
    const int64_t count = random_.Between(2, crowded_ ? 3 : 8);
    for (int64_t i = 0; i < count; ++i) {
      Node node;
      node.name = absl::StrCat("n", i);
      node.allocatable.Set(kCpu, 1000 * random_.Between(2, 8));
      node.allocatable.Set(kMemory, kGiB * random_.Between(8, 32));
      node.allocatable.Set(kPods, random_.Between(6, 20));
      node.labels = {{"pool", random_.Percent(70) ? "a" : "b"}};
      scenario_.nodes.push_back(node);
    }
  }

  void Queues() {
    scenario_.queues.queues.clear();
    if (random_.Percent(30)) scenario_.queues.scorer = "spread";
    const int64_t count = random_.Between(crowded_ ? 2 : 1, 3);
    for (int64_t i = 0; i < count; ++i) {
      QueueSpec queue;
      queue.name = absl::StrCat("q", i);
      queue.weight = random_.Between(1, 4);
      queue.order = random_.Percent(50) ? LeafOrder::kFifo : LeafOrder::kFair;
      queue.namespaces = {absl::StrCat("ns", i)};
      if (random_.Percent(30)) queue.guaranteed.Set(kCpu, 1000 * random_.Between(1, 4));
      // Enough for the largest job that Work draws.
      if (random_.Percent(30)) queue.max.Set(kCpu, 1000 * random_.Between(9, 16));
      Evictions(&queue);
      scenario_.queues.queues.push_back(queue);
    }
  }

  void Evictions(QueueSpec* queue) {
    queue->backfill = random_.Percent(40);
    if (random_.Percent(30)) queue->starve_after = Seconds(10, 120);
    queue->preemptible = random_.Percent(85);
    // Who may not be reclaimed from stays within its guarantee, which is enough for the largest
    // job.
    if (random_.Percent(15)) {
      queue->reclaimable = false;
      queue->guaranteed.Set(kCpu, 9000);
    }
    if (random_.Percent(30)) queue->min_runtime = Seconds(1, 60);
    if (random_.Percent(10)) queue->evictions_per_hour = random_.Between(1, 6);
  }

  // Over the pods of one job, of its executors, or of all.
  void Budgets() {
    for (const codec::Job& job : scenario_.jobs) {
      if (!random_.Percent(8)) continue;
      const int64_t last = random_.Between(0, 2);
      codec::DisruptionBudget budget;
      const char* kLast[] = {"*", "*-driver", "*-exec-*"};
      budget.pods = absl::StrCat(job.ns, "/", job.name, kLast[last]);
      const auto amount = static_cast<int32_t>(random_.Between(0, 4));
      (random_.Percent(50) ? budget.min_available : budget.max_unavailable) = amount;
      scenario_.budgets.push_back(budget);
    }
  }

  // Pods of at most one core, so that what fits in sum fits in pieces: liveness can be asked for.
  RoleSpec Role() {
    RoleSpec role;
    role.requests.Set(kCpu, random_.Percent(70) ? 1000 : 500);
    role.requests.Set(kMemory, kGiB);
    return role;
  }

  // The cores of the whole cluster, of which no job asks for more than half.
  int32_t Most() const {
    int64_t cores = 0;
    int64_t pods = 0;
    for (const Node& node : scenario_.nodes) {
      cores += node.allocatable.Get(kCpu) / 1000;
      pods += node.allocatable.Get(kPods);
    }
    return static_cast<int32_t>(std::clamp<int64_t>(std::min(cores, pods) / 2, 2, 8));
  }

  codec::Job Work(int64_t index) {
    codec::Job job;
    job.name = absl::StrCat("j", index);
    job.at = random_.Between(absl::ZeroDuration(), absl::Seconds(120));
    const int64_t queue =
        random_.Between(0, static_cast<int64_t>(scenario_.queues.queues.size()) - 1);
    // In a crowd one queue comes after the other, and finds everything taken.
    if (crowded_) job.at = queue * absl::Seconds(40) + Seconds(0, 40);
    job.ns = absl::StrCat("ns", queue);
    job.user = absl::StrCat("u", random_.Between(0, 2));
    job.priority = static_cast<int32_t>(random_.Percent(35) ? 50 * random_.Between(1, 2) : 0);
    job.preempts = random_.Percent(85);
    job.runtime = Seconds(10, 120);
    if (random_.Percent(40)) job.estimate = job.runtime * random_.Between(1, 6) / 3;
    if (random_.Percent(30)) job.grace = Seconds(1, 40);
    job.checkpoint = random_.Percent(30);
    const int64_t kind = random_.Between(1, 100);
    if (kind <= 20) {
      job.kind = codec::JobKind::kPod;
      job.shapes = {{1, Role()}};
    } else if (kind <= 60) {
      job.kind = codec::JobKind::kGang;
      const int32_t members = static_cast<int32_t>(random_.Between(2, Most()));
      job.minimum = static_cast<int32_t>(random_.Between(1, members));
      job.shapes = {{members, Role()}};
      if (random_.Percent(30)) job.stagger = Seconds(0, 3);
      if (random_.Percent(50)) job.resubmit = true;
    } else {
      job.kind = codec::JobKind::kSpark;
      Spark(&job);
    }
    return job;
  }

  void Spark(codec::Job* job) {
    job->spark.driver = Role();
    const int64_t executors = random_.Between(1, Most() - 1);
    codec::Properties& conf = job->spark.conf;
    conf["spark.executor.memory"] = "512m";
    if (random_.Percent(70)) {
      conf["spark.executor.instances"] = absl::StrCat(executors);
      return;
    }
    conf["spark.dynamicAllocation.enabled"] = "true";
    conf["spark.dynamicAllocation.minExecutors"] = absl::StrCat(random_.Between(0, executors));
    conf["spark.dynamicAllocation.maxExecutors"] = absl::StrCat(executors);
    conf["spark.dynamicAllocation.executorIdleTimeout"] = "10s";
  }

  std::string SomePods() {
    const codec::Job& job = scenario_.jobs[static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(scenario_.jobs.size()) - 1))];
    if (random_.Percent(30)) return absl::StrCat(job.ns, "/", job.name, "*");
    return absl::StrCat(job.ns, "/", job.name, "*", random_.Between(0, 4));
  }

  void Do(absl::Duration at, codec::Action action) {
    scenario_.steps.push_back({std::min(at, kFaultsEnd), std::move(action)});
  }

  void Fault() {
    const absl::Duration at = random_.Between(absl::ZeroDuration(), absl::Seconds(190));
    const Node& node = scenario_.nodes[static_cast<size_t>(
        random_.Between(0, static_cast<int64_t>(scenario_.nodes.size()) - 1))];
    const int32_t times = static_cast<int32_t>(random_.Between(1, 4));
    switch (random_.Between(0, 13)) {
      case 0: Do(at, codec::RemoveNodes{node.name}); break;
      case 1: Do(at, codec::RefuseBinds{SomePods(), times, 409}); break;
      case 2: Do(at, codec::LoseAnswers{SomePods(), times, random_.Percent(50)}); break;
      case 3: Do(at, codec::DelayBinds{Seconds(0, 8)}); break;
      case 4: Do(at, codec::DelayWatch{Seconds(0, 8)}); break;
      case 5: Do(at, codec::LoseWatch{Seconds(1, 20)}); break;
      case 6: Do(at, codec::TouchPods{SomePods(), codec::PodFate::kFail}); break;
      case 7: Do(at, codec::TouchPods{SomePods(), codec::PodFate::kDelete}); break;
      case 8: Do(at, codec::KillScheduler{0, Seconds(0, 10)}); break;
      case 9:
        Do(at, codec::KillScheduler{static_cast<int32_t>(random_.Between(1, 12)), Seconds(0, 3)});
        break;
      case 10: {
        constexpr int32_t kCodes[] = {403, 429, 500};
        Do(at, codec::RefuseEvictions{SomePods(), times, kCodes[random_.Between(0, 2)],
                                      random_.Percent(50)});
        break;
      }
      case 11:
        Do(at,
           codec::LoseAnswers{SomePods(), times, random_.Percent(50), codec::Request::kEviction});
        break;
      case 12: {
        codec::ChangeNodes cordon;
        cordon.nodes = node.name;
        cordon.unschedulable = true;
        Do(at, cordon);
        break;
      }
      default: {
        codec::ChangeNodes shrink;
        shrink.nodes = node.name;
        shrink.allocatable = ResourceList{{kCpu, 1000}};
        Do(at, shrink);
      }
    }
  }

  // Removed nodes are gone for good before they come back: their pods have been collected.
  void Heal() {
    Do(kFaultsEnd, codec::DelayBinds{absl::ZeroDuration()});
    Do(kFaultsEnd, codec::DelayWatch{absl::ZeroDuration()});
    Do(kFaultsEnd, codec::AddNodes{scenario_.nodes});
    std::stable_sort(scenario_.steps.begin(), scenario_.steps.end(),
                     [](const codec::Step& a, const codec::Step& b) { return a.at < b.at; });
  }

  Random random_;
  bool crowded_ = false;  // much work for few nodes
  codec::Scenario scenario_;
};

}  // namespace

codec::Scenario RandomScenario(uint64_t seed) { return Draw(seed).Take(); }

}  // namespace muster::sim
