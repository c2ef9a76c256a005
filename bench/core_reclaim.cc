// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "bench/core_cases.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"

namespace muster::bench {

namespace {

constexpr int kRuns = 7;

QueueConfig TwoQueues() {
  QueueConfig config;
  for (const char* name : {"borrower", "owner"}) {
    QueueSpec leaf;
    leaf.name = name;
    config.queues.push_back(leaf);
  }
  return config;
}

// A queue has borrowed the whole cluster with gangs of 100; another asks for one gang of 100. From
// the question to the plan with its victims.
void Reclaim(Table* table, int nodes, int pods_a_node, double target) {
  World world(nodes);
  world.state.Apply(QueuesSeen{TwoQueues()}, world.now);
  const int64_t cpu = kNodeCpu / pods_a_node;
  const int gangs = nodes * pods_a_node / 100;
  for (int i = 0; i < gangs; ++i) world.AddGang(100, cpu, 0, "borrower");
  world.Decide();
  world.Confirm();
  world.now += absl::Hours(1);
  world.AddGang(100, cpu, 0, "owner");
  const Plan plan = Cycle(world.state, world.profile, world.now);
  const size_t victims = plan.claims.empty() ? 0 : plan.claims[0].victims.size();
  table->Row("    gangs of 100 evicted for it", static_cast<double>(victims), "", 1);
  if (victims == 0) table->Row("    found no victims", 1, "", 0.5);
  const double micros = MedianMicros(
      kRuns, [] {},
      [&world] {
        Keep(static_cast<int64_t>(Cycle(world.state, world.profile, world.now).claims.size()));
      });
  table->Row(absl::StrCat("one gang of 100 on ", nodes, " nodes with ", gangs * 100, " pods"),
             micros / 1e3, "ms", target);
}

// 500 gangs that can start, one a cycle, beside a backlog that cannot; us for all of them.
double Throughput(int backlog) {
  World world(1000);
  QueueConfig config = TwoQueues();
  for (QueueSpec& queue : config.queues) queue.order = LeafOrder::kFair;
  world.state.Apply(QueuesSeen{config}, world.now);
  for (int i = 0; i < backlog; ++i) world.AddGang(2, 2 * kNodeCpu, 0, "borrower");
  world.Decide();
  const double start = CpuMicros();
  for (int i = 0; i < 500; ++i) {
    world.AddGang(10, kPodCpu, 0, "owner");
    Keep(world.Decide());
    world.Confirm();
  }
  return CpuMicros() - start;
}

}  // namespace

void Reclaims() {
  Table table("Reclaim");
  Reclaim(&table, 10'000, 10, 0);
  Reclaim(&table, 100'000, 10, 10);
}

void Backlog() {
  Table table("A backlog that cannot start");
  const double alone = Throughput(0);
  table.Row("500 gangs of 10, a cycle each, nothing else waiting", alone / 500, "us a gang");
  for (int backlog : {1'000, 10'000}) {
    const double beside = Throughput(backlog);
    table.Row(absl::StrCat("the same beside ", backlog, " gangs that cannot start"), beside / 500,
              "us a gang");
    // 500 gangs of 10 take some 5 s to bind on one API server: what the decision may cost beside.
    table.Row("    of the 10 ms that binding a gang takes", (beside - alone) / 500 / 10'000 * 100,
              "%", 3);
  }
}

}  // namespace muster::bench
