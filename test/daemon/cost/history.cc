// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/cost/history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/cycle/cycle.h"

namespace muster::daemon {
namespace {

constexpr int64_t kGi = int64_t{1} << 30;
constexpr int64_t kBillion = 1'000'000'000;

Node MakeNode(const std::string& name, const std::string& type, const std::string& capacity) {
  Node node;
  node.name = node.uid = name;
  if (!capacity.empty()) node.labels.emplace_back("karpenter.sh/capacity-type", capacity);
  if (!type.empty()) node.labels.emplace_back("node.kubernetes.io/instance-type", type);
  node.allocatable = {{kCpu, 8000}, {kMemory, 32 * kGi + 12345}, {kPods, 20}};
  return node;
}

}  // namespace

History::History(uint64_t seed)
    : random_(seed), state_("muster"), profile_(MakeProfile("bin-pack")) {
  nodes_ = {MakeNode("a", "m5", "spot"), MakeNode("b", "m5", "on-demand"), MakeNode("c", "", "")};
  for (const Node& node : nodes_) state_.Apply(NodeSeen{node}, now_);
  state_.Apply(QueuesSeen{SomeConfig()}, now_);
  state_.Apply(Synced{}, now_);
}

void History::Tell(const Event& event, loop::Observer* observer) {
  observer->OnEvent(event, now_);
  state_.Apply(event, now_);
}

QueueConfig History::SomeConfig() {
  QueueConfig config;
  for (const char* name : {"etl", "adhoc"}) {
    QueueSpec queue;
    queue.name = name;
    config.queues.push_back(queue);
  }
  config.queues[0].guaranteed = {{kCpu, 1000 * random_.Between(8, 16)}};
  if (random_.Percent(80)) {
    config.prices.resources = {{"cpu", random_.Between(1, kBillion)}, {"memory", 4'200'001}};
    config.prices.nodes["m5"] = {kBillion * random_.Between(1, 9) / 7, 300'000'003};
  }
  return config;
}

Pod History::NewPod() {
  Pod pod;
  pod.name = absl::StrCat("p", ++pods_);
  pod.uid = absl::StrCat("uid-", pod.name);
  pod.ns = random_.Percent(50) ? "team-a" : "team-b";
  pod.scheduler_name = "muster";
  pod.service_account = random_.Percent(50) ? "x" : "y";
  pod.app = random_.Percent(50) ? "report" : "";
  pod.queue = random_.Percent(40) ? "etl" : "adhoc";
  pod.created = now_;
  pod.role.requests = {{kCpu, 500 * random_.Between(1, 6)}, {kMemory, kGi * random_.Between(1, 4)}};
  return pod;
}

void History::AddWork(loop::Observer* observer) {
  if (random_.Percent(30)) {
    AddSpark(observer);
    return;
  }
  const Pod first = NewPod();
  const int64_t members = random_.Between(1, 4);
  for (int64_t i = 0; i < members; ++i) {
    Pod pod = i == 0 ? first : NewPod();
    pod.ns = first.ns;
    pod.queue = first.queue;
    if (members > 1) {
      pod.gang = first.name;
      pod.gang_min = static_cast<int32_t>(members);
      pod.role = first.role;
    }
    Tell(PodSeen{pod}, observer);
  }
}

void History::AddSpark(loop::Observer* observer) {
  Pod driver = NewPod();
  driver.spark_role = SparkRole::kDriver;
  driver.spark_app = driver.name;
  driver.conf_map = "conf";
  Tell(PodSeen{driver}, observer);
  Forecast forecast;
  forecast.start = forecast.floor = static_cast<int32_t>(random_.Between(1, 4));
  forecast.executor.requests = {{kCpu, 1000}, {kMemory, 2 * kGi}};
  Tell(ForecastSeen{driver.uid, forecast}, observer);
}

void History::AddExecutor(loop::Observer* observer, const Pod& driver) {
  Pod executor = NewPod();
  executor.ns = driver.ns;
  executor.spark_role = SparkRole::kExecutor;
  executor.spark_app = driver.spark_app;
  executor.role.requests = {{kCpu, 1000}, {kMemory, 2 * kGi}};
  Tell(PodSeen{executor}, observer);
}

void History::TouchPod(loop::Observer* observer) {
  std::vector<PodId> living;
  for (uint32_t i = 0; i < state_.pods().slots().size(); ++i) {
    if (state_.pod(PodId{i}).in_use) living.push_back(PodId{i});
  }
  if (living.empty()) return;
  const PodSlot& slot = state_.pod(OneOf(living));
  Pod pod = slot.pod;
  if (slot.footing.standing == Standing::kAssumed) {
    if (random_.Percent(10)) {
      Tell(BindRefused{pod.uid, 409, "no"}, observer);
      return;
    }
    Tell(BindAccepted{pod.uid}, observer);
    pod.node_name = state_.nodes().at(slot.footing.node).name;
    pod.phase = PodPhase::kRunning;
    Tell(PodSeen{pod}, observer);
    return;
  }
  const int64_t what = random_.Between(1, 100);
  if (slot.evicting && what <= 20) {
    Tell(EvictionRefused{{pod.uid}, 429, "budget"}, observer);
  } else if (pod.spark_role == SparkRole::kDriver && pod.phase == PodPhase::kRunning &&
             what <= 70) {
    AddExecutor(observer, pod);
  } else if (what <= 55) {
    Tell(PodGone{pod.uid}, observer);
  } else if (what <= 85 && pod.phase == PodPhase::kRunning) {
    pod.phase = random_.Percent(60) ? PodPhase::kSucceeded : PodPhase::kFailed;
    Tell(PodSeen{pod}, observer);
  } else {
    pod.deleting = true;
    Tell(PodSeen{pod}, observer);
  }
}

const Node& History::NodeNamed(const std::string& name) const {
  return *std::find_if(nodes_.begin(), nodes_.end(),
                       [&name](const Node& node) { return node.name == name; });
}

void History::TouchNode(loop::Observer* observer) {
  if (gone_.empty()) {
    gone_.push_back(OneOf(nodes_).name);
    Tell(NodeGone{gone_.back()}, observer);
    return;
  }
  Tell(NodeSeen{NodeNamed(gone_.back())}, observer);
  gone_.clear();
}

void History::Step(loop::Observer* observer) {
  now_ += random_.Percent(20) ? random_.Between(absl::Minutes(1), absl::Hours(3))
                              : random_.Between(absl::ZeroDuration(), absl::Minutes(5));
  const int64_t things = random_.Between(0, 4);
  for (int64_t i = 0; i < things; ++i) {
    const int64_t what = random_.Between(1, 100);
    if (what <= 25) {
      AddWork(observer);
    } else if (what <= 94) {
      TouchPod(observer);
    } else if (what <= 97) {
      TouchNode(observer);
    } else {
      Tell(QueuesSeen{SomeConfig()}, observer);
    }
  }
  state_.Expire(now_);
  for (int round = 0; round < 3; ++round) {
    const Plan plan = Cycle(state_, profile_, now_);
    state_.Assume(plan, now_);
  }
  observer->OnStepEnd(state_, now_);
}

}  // namespace muster::daemon
