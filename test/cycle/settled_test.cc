// SPDX-License-Identifier: Apache-2.0
// Whether a plan says when it leaves something to decide, in busy leaves whose heads have dates,
// starve, or stop at the limit of a user, and may evict. ExactWorld holds each settled plan to it.
#include <algorithm>

#include "test/cycle/exact_world.h"
#include "test/model/dice.h"

namespace muster::test {
namespace {

constexpr uint64_t kSeeds = 300;
constexpr int kGangs = 60;

QueueSpec RandomLeaf(Dice* dice, const std::string& name) {
  QueueSpec leaf = Leaf(name, {}, dice->Between(1, 4));
  leaf.backfill = dice->OneIn(2);
  if (dice->OneIn(3)) leaf.order = LeafOrder::kFair;
  leaf.starve_after = absl::Seconds(dice->Between(5, 60));
  if (dice->OneIn(3)) leaf.users.otherwise = UseLimit{{}, Cpu(dice->Between(2, 8))};
  leaf.reclaimable = dice->OneIn(2);
  if (dice->OneIn(4)) leaf.min_runtime = absl::Seconds(dice->Between(1, 30));
  if (dice->OneIn(6)) leaf.evictions_per_hour = dice->Between(0, 3);
  if (dice->OneIn(4)) leaf.max = Cpu(dice->Between(4, 16));
  if (dice->OneIn(6)) leaf.max_running = dice->Between(1, 6);
  return leaf;
}

// Three leaves, two of them below a team as a rule.
std::vector<QueueSpec> RandomQueues(Dice* dice) {
  std::vector<QueueSpec> queues;
  for (int i = 0; i < 3; ++i) queues.push_back(RandomLeaf(dice, absl::StrCat("q", i)));
  if (dice->OneIn(3)) return queues;
  QueueSpec team = Leaf("team", {}, dice->Between(1, 3));
  if (dice->OneIn(3)) team.max = Cpu(dice->Between(6, 20));
  if (dice->OneIn(4)) team.guaranteed = Cpu(dice->Between(1, 4));
  if (dice->OneIn(4)) team.users.otherwise = UseLimit{{}, Cpu(dice->Between(3, 10))};
  team.reclaimable = dice->OneIn(2);
  team.queues = {queues[0], queues[1]};
  return {team, queues[2]};
}

void SubmitGang(Dice* dice, const std::vector<std::string>& leaves, int number, ExactWorld* world) {
  std::vector<Pod> pods;
  const int members = dice->OneIn(4) ? dice->Between(4, 10) : dice->Between(1, 3);
  const absl::Duration run = absl::Seconds(dice->Between(1, 60));
  const std::string queue = leaves[dice->Between(0, 2)];
  const std::string account = absl::StrCat("user", dice->Between(0, 1));
  const int cores = dice->Between(1, 3);
  const bool known = !dice->OneIn(4);
  const int32_t priority = dice->OneIn(4) ? dice->Between(1, 2) : 0;
  for (int i = 0; i < members; ++i) {
    Pod pod = Member(absl::StrCat("g", number), i, members, cores);
    pod.queue = queue;
    pod.service_account = account;
    pod.priority = priority;
    if (known) pod.runtime = run;
    pods.push_back(pod);
  }
  world->Submit(absl::Seconds(dice->Between(0, 60)), pods, run);
}

void SubmitJob(Dice* dice, const std::vector<std::string>& leaves, int number, ExactWorld* world) {
  const absl::Duration run = absl::Seconds(dice->Between(5, 60));
  Pod driver = Driver(absl::StrCat("s", number), dice->Between(1, 2));
  driver.queue = leaves[dice->Between(0, 2)];
  driver.service_account = absl::StrCat("user", dice->Between(0, 1));
  if (!dice->OneIn(4)) driver.runtime = run;
  const int32_t start = dice->Between(0, 3);
  const Forecast forecast = Executors(start, dice->Between(0, start), dice->Between(1, 2));
  world->SubmitSpark(absl::Seconds(dice->Between(0, 60)), driver, forecast,
                     dice->OneIn(2) ? dice->Between(0, 3) : 0, run);
}

TEST_CASE("a settled plan plans nothing on its own result while an outdated one may") {
  int64_t settled = 0, outdated = 0, followed = 0, claims = 0, growth = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    ExactWorld world;
    QueueConfig config;
    config.queues = RandomQueues(&dice);
    const bool nested = config.queues.size() == 2;
    const std::vector<std::string> leaves = {nested ? "team.q0" : "q0", nested ? "team.q1" : "q1",
                                             "q2"};
    world.w.Hear(QueuesSeen{config});
    for (int i = dice.Between(1, 4); i > 0; --i) {
      world.w.See(MakeNode(absl::StrCat("n", i), dice.Between(4, 10)));
    }
    world.w.Hear(Synced{});
    for (int i = 0; i < kGangs; ++i) {
      dice.OneIn(3) ? SubmitJob(&dice, leaves, i, &world) : SubmitGang(&dice, leaves, i, &world);
    }
    bool was_outdated = false;
    world.Run(absl::Hours(1), [&](const Plan& plan) {
      if (was_outdated && !plan.empty()) ++followed;
      was_outdated = plan.outdated;
      outdated += plan.outdated ? 1 : 0;
      settled += plan.settled() && !plan.empty() ? 1 : 0;
      claims += static_cast<int64_t>(plan.claims.size());
      growth += std::count_if(plan.steps.begin(), plan.steps.end(),
                              [](const Step& step) { return step.kind == StepKind::kGrow; });
    });
  }
  CHECK(settled > 5000);
  CHECK(outdated > 1000);
  CHECK(followed > 50);
  CHECK(claims > 200);
  CHECK(growth > 200);
}

}  // namespace
}  // namespace muster::test
