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
    Nodes();
    Queues();
    const int64_t jobs = random_.Between(2, 10);
    for (int64_t i = 0; i < jobs; ++i) scenario_.jobs.push_back(Work(i));
    const int64_t faults = random_.Between(0, 8);
    for (int64_t i = 0; i < faults; ++i) Fault();
    Heal();
    return std::move(scenario_);
  }

 private:
  absl::Duration Seconds(int64_t low, int64_t high) {
    return random_.Between(absl::Seconds(low), absl::Seconds(high));
  }

  void Nodes() {
    const int64_t count = random_.Between(2, 8);
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
    const int64_t count = random_.Between(1, 3);
    for (int64_t i = 0; i < count; ++i) {
      QueueSpec queue;
      queue.name = absl::StrCat("q", i);
      queue.weight = random_.Between(1, 4);
      queue.order = random_.Percent(50) ? LeafOrder::kFifo : LeafOrder::kFair;
      queue.namespaces = {absl::StrCat("ns", i)};
      if (random_.Percent(30)) queue.guaranteed.Set(kCpu, 1000 * random_.Between(1, 4));
      // Enough for the largest job that Work draws.
      if (random_.Percent(30)) queue.max.Set(kCpu, 1000 * random_.Between(9, 16));
      scenario_.queues.queues.push_back(queue);
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
    job.ns = absl::StrCat("ns", queue);
    job.user = absl::StrCat("u", random_.Between(0, 2));
    job.priority = random_.Percent(20) ? 100 : 0;
    job.runtime = Seconds(10, 120);
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
    switch (random_.Between(0, 11)) {
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
  codec::Scenario scenario_;
};

struct StepName {
  std::string operator()(const codec::AddNodes&) const { return "add nodes"; }
  std::string operator()(const codec::RemoveNodes& a) const {
    return absl::StrCat("remove ", a.nodes);
  }
  std::string operator()(const codec::ChangeNodes& a) const {
    return absl::StrCat(a.unschedulable ? "cordon " : "shrink ", a.nodes);
  }
  std::string operator()(const codec::RefuseBinds& a) const {
    return absl::StrCat("refuse ", a.times, " binds of ", a.pods);
  }
  std::string operator()(const codec::RefuseEvictions& a) const {
    return absl::StrCat("refuse ", a.times, " evictions of ", a.pods, " with ", a.code);
  }
  std::string operator()(const codec::LoseAnswers& a) const {
    return absl::StrCat("lose ", a.times, a.done ? " done" : " undone", " answers of ", a.pods);
  }
  std::string operator()(const codec::DelayBinds& a) const {
    return absl::StrCat("delay binds by ", absl::FormatDuration(a.by));
  }
  std::string operator()(const codec::DelayWatch& a) const {
    return absl::StrCat("delay watch by ", absl::FormatDuration(a.by));
  }
  std::string operator()(const codec::LoseWatch& a) const {
    return absl::StrCat("lose watch for ", absl::FormatDuration(a.lasting));
  }
  std::string operator()(const codec::TouchPods& a) const {
    return absl::StrCat(a.fate == codec::PodFate::kFail ? "fail " : "delete ", a.pods);
  }
  std::string operator()(const codec::RaiseMinimum& a) const {
    return absl::StrCat("raise ", a.pods);
  }
  std::string operator()(const codec::DeleteJobs& a) const {
    return absl::StrCat("delete ", a.jobs);
  }
  std::string operator()(const codec::KillScheduler& a) const {
    return absl::StrCat("kill after ", a.binds, " binds, down ", absl::FormatDuration(a.down));
  }
  std::string operator()(const codec::SetQueues&) const { return "queues"; }
};

}  // namespace

codec::Scenario RandomScenario(uint64_t seed) { return Draw(seed).Take(); }

std::string Describe(const codec::Scenario& scenario) {
  std::string out = absl::StrCat(scenario.name, ", scorer ", scenario.queues.scorer, "\n");
  for (const QueueSpec& queue : scenario.queues.queues) {
    absl::StrAppend(&out, "  queue ", queue.name, " weight ", queue.weight, " guaranteed ",
                    ToString(queue.guaranteed), " max ", ToString(queue.max),
                    queue.order == LeafOrder::kFifo ? " fifo\n" : " fair\n");
  }
  for (const Node& node : scenario.nodes) {
    absl::StrAppend(&out, "  node ", node.name, " ", ToString(node.allocatable), "\n");
  }
  for (const codec::Job& job : scenario.jobs) {
    absl::StrAppend(&out, "  job ", job.ns, "/", job.name, " at ", absl::FormatDuration(job.at),
                    " runs ", absl::FormatDuration(job.runtime), " priority ", job.priority);
    for (const codec::Shape& shape : job.shapes) {
      absl::StrAppend(&out, " ", shape.count, "x(", ToString(shape.role.requests), ") min ",
                      job.minimum);
    }
    for (const auto& [key, value] : job.spark.conf) absl::StrAppend(&out, " ", key, "=", value);
    out += "\n";
  }
  for (const codec::Step& step : scenario.steps) {
    absl::StrAppend(&out, "  at ", absl::FormatDuration(step.at), " ",
                    std::visit(StepName(), step.action), "\n");
  }
  return out;
}

}  // namespace muster::sim
