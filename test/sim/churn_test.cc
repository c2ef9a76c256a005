// SPDX-License-Identifier: Apache-2.0
// Queues that share a full cluster by evictions come to rest: with the work that there is unchanged
// nobody is evicted any more, although what was evicted comes back under new names, and although
// gangs are too large for the queues to meet their shares exactly.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "scheduler/sim/random.h"
#include "scheduler/sim/simulation.h"

namespace muster::sim {
namespace {

// More endless gangs of all sizes than fit, of queues in one or two levels.
codec::Scenario Crowd(uint64_t seed) {
  Random random(seed);
  codec::Scenario scenario;
  scenario.queues.queues.clear();
  const int64_t leaves = random.Between(2, 4);
  QueueSpec inner;
  inner.name = "team";
  inner.weight = random.Between(1, 3);
  for (int64_t i = 0; i < leaves; ++i) {
    QueueSpec leaf;
    leaf.name = absl::StrCat("q", i);
    leaf.weight = random.Between(1, 3);
    leaf.order = random.Percent(50) ? LeafOrder::kFifo : LeafOrder::kFair;
    leaf.backfill = random.Percent(30);
    if (random.Percent(30)) leaf.guaranteed.Set(kCpu, 1000 * random.Between(4, 12));
    leaf.namespaces = {leaf.name};
    (i >= 2 && random.Percent(50) ? inner.queues : scenario.queues.queues).push_back(leaf);
  }
  if (!inner.queues.empty()) scenario.queues.queues.push_back(inner);
  for (int i = 0; i < 6; ++i) {
    Node node;
    node.name = absl::StrCat("n", i);
    node.allocatable = ResourceList{{kCpu, 16000}, {kMemory, int64_t{64} << 30}, {kPods, 110}};
    scenario.nodes.push_back(node);
  }
  for (int i = 0; i < 40; ++i) {
    codec::Job& job = scenario.jobs.emplace_back();
    job.name = absl::StrCat("j", i);
    job.ns = absl::StrCat("q", random.Between(0, leaves - 1));
    job.at = random.Between(absl::ZeroDuration(), absl::Minutes(10));
    job.priority = random.Percent(20) ? 10 : 0;
    RoleSpec role;
    role.requests.Set(kCpu, 1000 * random.Between(1, 4));
    job.kind = codec::JobKind::kGang;
    const auto members = static_cast<int32_t>(random.Between(1, 12));
    job.shapes = {{members, role}};
    job.minimum = random.Percent(70) ? members : static_cast<int32_t>(random.Between(1, members));
    job.resubmit = true;
  }
  return scenario;
}

int64_t Evicted(const codec::Scenario& scenario, absl::Duration lasting, uint64_t seed) {
  codec::Scenario run = scenario;
  run.duration = lasting;
  const Report report = Simulation(run, GangOptions(seed)).Run();
  CHECK(report.violations == std::vector<std::string>());
  int64_t pods = 0;
  for (const EvictionReport& eviction : report.evictions) pods += eviction.pods;
  return pods;
}

TEST_CASE("with its work unchanged a full cluster comes to rest") {
  int64_t all = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const codec::Scenario scenario = Crowd(seed);
    const int64_t soon = Evicted(scenario, absl::Minutes(20), seed);
    CHECK(Evicted(scenario, absl::Minutes(60), seed) == soon);
    all += soon;
  }
  CHECK(all > 1000);
}

}  // namespace
}  // namespace muster::sim
