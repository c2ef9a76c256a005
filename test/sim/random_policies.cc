// SPDX-License-Identifier: Apache-2.0
#include "test/sim/random_policies.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/random.h"

namespace muster::sim {
namespace {

class Policies {
 public:
  explicit Policies(uint64_t seed) : random_(seed) {}

  void AddTo(codec::Scenario* scenario) {
    QueueConfig& config = scenario->queues;
    Vary(&config);
    if (random_.Percent(20)) config.half_life = Seconds(20, 600);
    if (random_.Percent(40)) MakeTeam(&config);
    for (int64_t i = random_.Percent(50) ? random_.Between(1, 4) : 0; i > 0; --i) {
      Reload(scenario);
    }
    for (codec::Job& job : scenario->jobs) Gate(&job, scenario);
    if (random_.Percent(40)) Pool(scenario);
    std::stable_sort(scenario->steps.begin(), scenario->steps.end(),
                     [](const codec::Step& a, const codec::Step& b) { return a.at < b.at; });
    scenario->duration = absl::Minutes(8);
  }

 private:
  absl::Duration Seconds(int64_t low, int64_t high) {
    return random_.Between(absl::Seconds(low), absl::Seconds(high));
  }

  UseLimit Limit() {
    UseLimit limit;
    if (random_.Percent(50)) limit.max_running = static_cast<int32_t>(random_.Between(1, 3));
    if (random_.Percent(60)) limit.max.Set(kCpu, 1000 * random_.Between(2, 8));
    return limit;
  }

  void Vary(QueueConfig* config) {
    for (QueueSpec& queue : config->queues) {
      if (random_.Percent(30)) queue.users.otherwise = Limit();
      if (random_.Percent(20))
        queue.users.named[absl::StrCat(queue.namespaces[0], "/u0")] = Limit();
      if (random_.Percent(25)) queue.max_running = static_cast<int32_t>(random_.Between(1, 4));
      if (random_.Percent(30)) {
        queue.autoscale = Autoscale::kDriver;
        queue.scale_after = Seconds(2, 30);
        queue.max_unbacked = static_cast<int32_t>(random_.Between(1, 2));
      }
      if (random_.Percent(15)) queue.priority = static_cast<int32_t>(random_.Between(-1, 1));
      if (random_.Percent(10)) queue.max_priority = 50;
    }
  }

  // The first two queues below one that has limits of its own.
  void MakeTeam(QueueConfig* config) {
    if (config->queues.size() < 2) return;
    QueueSpec team;
    team.name = "team";
    team.weight = random_.Between(1, 3);
    team.queues.assign(config->queues.begin(), config->queues.begin() + 2);
    config->queues.erase(config->queues.begin(), config->queues.begin() + 2);
    for (const QueueSpec& queue : team.queues) {
      const int64_t cpu = queue.guaranteed.Get(kCpu);
      if (cpu > 0) team.guaranteed.Set(kCpu, team.guaranteed.Get(kCpu) + cpu);
    }
    if (random_.Percent(30)) team.max.Set(kCpu, 20000 + 1000 * random_.Between(0, 6));
    if (random_.Percent(30)) team.max_running = static_cast<int32_t>(random_.Between(2, 5));
    config->queues.push_back(team);
  }

  void Change(QueueSpec* queue) {
    switch (random_.Between(0, 6)) {
      case 0: queue->state = QueueState::kDraining; break;
      case 1: queue->state = QueueState::kClosed; break;
      case 2: queue->state = QueueState::kOpen; break;
      case 3: queue->weight = random_.Between(1, 6); break;
      case 4: queue->backfill = !queue->backfill; break;
      case 5: queue->users.otherwise = Limit(); break;
      default: queue->max_running.reset(); break;
    }
  }

  void Reload(codec::Scenario* scenario) {
    QueueConfig config = scenario->queues;
    for (QueueSpec& queue : config.queues) {
      if (queue.queues.empty() && random_.Percent(50)) Change(&queue);
      for (QueueSpec& below : queue.queues) {
        if (random_.Percent(50)) Change(&below);
      }
    }
    scenario->steps.push_back({Seconds(5, 200), codec::SetQueues{config}});
  }

  void Gate(codec::Job* job, codec::Scenario* scenario) {
    // Executors would come to life gated after their driver was.
    if (!random_.Percent(8) || job->kind == codec::JobKind::kSpark) return;
    job->gated = true;
    codec::TouchPods ungate;
    ungate.pods = absl::StrCat(job->ns, "/", job->name, "*");
    ungate.fate = codec::PodFate::kUngate;
    scenario->steps.push_back({job->at + Seconds(1, 30), ungate});
  }

  // Some gangs ask for a label that nodes gain and lose.
  void Pool(codec::Scenario* scenario) {
    for (codec::Job& job : scenario->jobs) {
      if (!random_.Percent(40)) continue;
      for (codec::Shape& shape : job.shapes) shape.role.node_selector = Labels{{"pool", "a"}};
    }
    for (int64_t i = random_.Between(1, 3); i > 0; --i) {
      codec::ChangeNodes change;
      change.nodes = absl::StrCat("n", random_.Between(0, 3));
      change.labels = Labels{{"pool", random_.Percent(50) ? "a" : "b"}};
      scenario->steps.push_back({Seconds(5, 200), change});
    }
  }

  Random random_;
};

}  // namespace

void AddPolicies(uint64_t seed, codec::Scenario* scenario) { Policies(seed).AddTo(scenario); }

}  // namespace muster::sim
