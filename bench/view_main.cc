// SPDX-License-Identifier: Apache-2.0
// bench_view: what following decisions costs a cycle, and what answering costs, with 10,000 gangs
// waiting. Exit status 1 where a target was missed.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/core_harness.h"
#include "bench/core_world.h"
#include "scheduler/daemon/view/chronicle.h"
#include "scheduler/daemon/view/explain_view.h"
#include "scheduler/daemon/view/gang_list.h"
#include "scheduler/daemon/view/node_view.h"
#include "scheduler/daemon/view/queue_view.h"

namespace muster::bench {
namespace {

constexpr int kNodes = 1'000;
constexpr int kWaiting = 10'000;
constexpr int kRuns = 15;

// Every node is full of gangs of a queue that has borrowed all; others wait in two queues.
class Backlog {
 public:
  Backlog() : world_(kNodes), chronicle_(&ring_) {
    QueueConfig config;
    for (const char* name : {"borrower", "owner", "fair"}) {
      QueueSpec leaf;
      leaf.name = name;
      if (leaf.name == "fair") leaf.order = LeafOrder::kFair;
      config.queues.push_back(leaf);
    }
    world_.state.Apply(QueuesSeen{config}, world_.now);
    for (int i = 0; i < kNodes * 16 / 100; ++i) world_.AddGang(100, kPodCpu, 0, "borrower");
    Decide();
    world_.Confirm();
    world_.now += absl::Hours(1);
    for (int i = 0; i < kWaiting; ++i) {
      world_.AddGang(2, (1 + i % 7) * kPodCpu, 0, i % 2 == 0 ? "fair" : "owner");
    }
    for (int i = 0; i < 3; ++i) Decide();
    world_.now += absl::Seconds(2);
    chronicle_.Flush(world_.state, world_.plan, world_.now);
  }

  void Decide() {
    world_.Decide();
    chronicle_.OnCycle(world_.state, world_.plan, world_.now);
  }
  daemon::Scene scene() {
    return {world_.state, world_.profile, world_.plan, chronicle_, world_.now};
  }
  World& world() { return world_; }
  daemon::Chronicle& chronicle() { return chronicle_; }

 private:
  World world_;
  daemon::DecisionRing ring_;
  daemon::Chronicle chronicle_;
};

double CycleMicros(Backlog* backlog) {
  World& world = backlog->world();
  return MedianMicros(
      kRuns, [] {},
      [&world] {
        Keep(static_cast<int64_t>(Cycle(world.state, world.profile, world.now).verdicts.size()));
      });
}

// The slowest of the gangs at these places of the plan.
double SlowestExplain(Backlog* backlog) {
  double slowest = 0;
  const std::vector<Verdict>& verdicts = backlog->world().plan.verdicts;
  for (size_t at = 0; at < verdicts.size(); at += verdicts.size() / 20) {
    const Gang& gang = backlog->world().state.gang(verdicts[at].gang);
    v1::ExplainRequest request;
    request.set_namespace_(gang.ns);
    request.set_name(gang.name);
    const double micros = MedianMicros(
        5, [] {}, [&] { Keep(daemon::Explain(backlog->scene(), request, {})->members_size()); });
    slowest = std::max(slowest, micros);
  }
  return slowest;
}

// Gangs that wait leave, a pod at a time: what it costs to remember them, and to apply it.
std::pair<double, double> LeavingMicros(Backlog* backlog) {
  constexpr size_t kLeaving = 2'000;
  State& state = backlog->world().state;
  daemon::Chronicle& chronicle = backlog->chronicle();
  chronicle.OnStart(state);
  std::vector<std::string> uids;
  for (const Verdict& verdict : backlog->world().plan.verdicts) {
    for (const PodId pod : state.gang(verdict.gang).members) uids.push_back(state.pod(pod).pod.uid);
    if (uids.size() >= kLeaving) break;
  }
  double remembering = 0;
  double applying = 0;
  for (const std::string& uid : uids) {
    const PodGone gone{uid};
    const double begin = CpuMicros();
    chronicle.OnEvent(gone, backlog->world().now);
    const double between = CpuMicros();
    state.Apply(gone, backlog->world().now);
    const double applied = CpuMicros();
    chronicle.OnStepEnd(state, backlog->world().now);
    remembering += between - begin + CpuMicros() - applied;
    applying += applied - between;
  }
  return {remembering / static_cast<double>(uids.size()),
          applying / static_cast<double>(uids.size())};
}

template <typename Ask>
double AskMicros(Ask ask) {
  return MedianMicros(
      kRuns, [] {}, [&] { Keep(ask()); });
}

void Run() {
  Backlog backlog;
  Table table(absl::StrCat(kWaiting, " gangs wait, ", kNodes, " nodes are full"));
  const double cycle = CycleMicros(&backlog);
  table.Row("one cycle, the probe", cycle / 1e3, "ms");
  const double following = AskMicros([&backlog] {
    backlog.chronicle().OnCycle(backlog.world().state, backlog.world().plan, backlog.world().now);
    return 1;
  });
  table.Row("following it", following / 1e3, "ms");
  table.Row("    of the cycle", 100 * following / cycle, "%", 5);
  table.Row("explain, the slowest of 20 gangs", SlowestExplain(&backlog) / 1e3, "ms", 10);
  const double queues =
      AskMicros([&backlog] { return daemon::ListQueues(backlog.scene(), {}, {})->queues_size(); });
  table.Row("the tree of queues", queues / 1e3, "ms");
  v1::ListGangsRequest page;
  page.set_page_size(500);
  const double gangs =
      AskMicros([&] { return daemon::ListGangs(backlog.scene(), page, {})->gangs_size(); });
  table.Row("a page of 500 gangs", gangs / 1e3, "ms");
  const double nodes =
      AskMicros([&backlog] { return daemon::ListNodes(backlog.scene(), {})->nodes_size(); });
  table.Row("all nodes", nodes / 1e3, "ms");
  const auto [remembering, applying] = LeavingMicros(&backlog);
  table.Row("a pod that goes, the probe", applying, "us");
  table.Row("remembering its gang, if it was the last", remembering, "us");
}

}  // namespace
}  // namespace muster::bench

int main() {
  muster::bench::Run();
  std::printf("\n%d targets missed\n", muster::bench::Table::misses());
  return muster::bench::Table::misses() == 0 ? 0 : 1;
}
