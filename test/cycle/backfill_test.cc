// SPDX-License-Identifier: Apache-2.0
// Where estimates are exact, dates are: what a head is told is what a slow search finds, and
// nothing that passes it makes it start later.
#include <set>

#include "absl/strings/match.h"
#include "test/cycle/exact_world.h"
#include "test/model/dice.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {
namespace {

constexpr uint64_t kSeeds = 400;

std::vector<Pod> RandomPods(Dice* dice, const std::string& name, const std::string& queue) {
  std::vector<Pod> pods;
  RoleSpec role;
  role.requests = Cpu(dice->Between(1, 4), dice->Between(0, 8));
  if (dice->OneIn(4)) role.node_selector = {{"pool", dice->OneIn(2) ? "a" : "b"}};
  const int members = dice->Between(1, 4);
  for (int i = 0; i < members; ++i) {
    Pod pod = Member(name, i, members);
    pod.queue = queue;
    pod.preempts = false;
    pod.role = role;
    if (dice->OneIn(4)) pod.role.requests = Cpu(dice->Between(1, 6));
    pods.push_back(pod);
  }
  return pods;
}

void MakeNodes(Dice* dice, ExactWorld* world) {
  for (int i = dice->Between(1, 4); i > 0; --i) {
    Node node = MakeNode(absl::StrCat("n", i), dice->Between(4, 10), dice->Between(16, 40));
    node.labels = {{"pool", dice->OneIn(2) ? "a" : "b"}};
    world->w.See(node);
  }
}

bool Place(std::vector<RoleSpec> members, const State& state,
           std::map<std::string, ResourceList>* free) {
  if (members.empty()) return true;
  const RoleSpec role = members.back();
  members.pop_back();
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    const Node& node = state.nodes().at(NodeId{i});
    if (!SlowAdmits(role, node) || SlowRoom(role, node, (*free)[node.name]) == 0) continue;
    const ResourceList before = (*free)[node.name];
    for (const auto& [name, amount] : role.requests.entries()) {
      (*free)[node.name].Set(name, before.Get(name) - amount);
    }
    (*free)[node.name].Set(kPods, before.Get(kPods) - 1);
    if (Place(members, state, free)) return true;
    (*free)[node.name] = before;
  }
  return false;
}

// The first end of something that runs, after which the gang has room; by trying all.
absl::Time SlowDate(const ExactWorld& world, const std::string& name) {
  const State& state = world.w.state;
  std::vector<RoleSpec> members;
  for (const Pod& pod : world.jobs.at(name).pods) members.push_back(pod.role);
  std::set<absl::Time> ends;
  for (const auto& [other, job] : world.jobs) {
    if (job.started <= world.w.now && job.ends > world.w.now) ends.insert(job.ends);
  }
  for (absl::Time end : ends) {
    std::map<std::string, ResourceList> free;
    for (uint32_t i = 0; i < state.nodes().size(); ++i) {
      free[state.nodes().at(NodeId{i}).name] = state.nodes().at(NodeId{i}).allocatable;
    }
    for (const auto& [other, job] : world.jobs) {
      if (job.started > world.w.now || job.ends <= end) continue;
      for (const Pod& pod : job.pods) {
        ResourceList& at = free[pod.node_name];
        for (const auto& [resource, amount] : pod.role.requests.entries()) {
          at.Set(resource, at.Get(resource) - amount);
        }
        at.Set(kPods, at.Get(kPods) - 1);
      }
    }
    if (Place(members, state, &free)) return end;
  }
  return absl::InfiniteFuture();
}

size_t Roles(const ExactWorld::Job& job) {
  std::set<std::string> keys;
  for (const Pod& pod : job.pods) keys.insert(CanonicalKey(pod.role));
  return keys.size();
}

// Of "…; it may start by 2026-11-24T22:53:07Z when …".
absl::Time DateIn(const Reason& reason) {
  const std::string_view text(reason.detail.data(), reason.detail.size());
  const size_t at = text.find("it may start by ");
  if (at == text.npos) return absl::InfiniteFuture();
  absl::Time date;
  std::string error;
  REQUIRE(
      absl::ParseTime(absl::RFC3339_full, std::string(text.substr(at + 16, 20)), &date, &error));
  return date;
}

TEST_CASE("with exact run times no head starts later than it was ever told") {
  int64_t dates = 0, passed = 0, starts = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    ExactWorld world;
    QueueConfig config;
    QueueSpec leaf = Leaf("etl", dice.OneIn(3) ? Cpu(dice.Between(6, 20)) : ResourceList());
    leaf.backfill = true;
    leaf.starve_after = absl::Hours(1000);
    config.queues = {leaf};
    world.w.Hear(QueuesSeen{config});
    MakeNodes(&dice, &world);
    world.w.Hear(Synced{});
    for (int i = 0; i < 30; ++i) {
      const absl::Duration run = absl::Seconds(dice.Between(1, 60));
      std::vector<Pod> pods = RandomPods(&dice, absl::StrCat("g", i), "etl");
      for (Pod& pod : pods) pod.runtime = run;
      world.Submit(absl::Seconds(dice.Between(0, 60)), pods, run);
    }
    const bool limited = !leaf.max.empty();
    std::map<std::string, absl::Time> told;
    world.Run(absl::Hours(2), [&](const Plan& plan) {
      for (const Step& step : plan.steps) {
        ++starts;
        passed += step.passed.valid() ? 1 : 0;
        const std::string name = world.w.state.gang(step.gang).name;
        CAPTURE(name);
        REQUIRE(world.w.now <= (told.count(name) > 0 ? told[name] : absl::InfiniteFuture()));
      }
      for (const Verdict& verdict : plan.verdicts) {
        const absl::Time date = DateIn(verdict.reason);
        if (date == absl::InfiniteFuture()) continue;
        const std::string name = world.w.state.gang(verdict.gang).name;
        CAPTURE(name, absl::FormatTime(world.w.now));
        if (plan.empty() && !limited) {
          const absl::Time slow = SlowDate(world, name);
          // Of roles that compete the cycle may find no placement where there is one.
          REQUIRE(date >= slow);
          if (Roles(world.jobs.at(name)) == 1) REQUIRE(date == slow);
        }
        // Those behind a head of other nodes may come before it all the same: they arrived first.
        if (verdict.position > 1) continue;
        told[name] = std::min(told.count(name) > 0 ? told[name] : date, date);
        ++dates;
      }
    });
  }
  CHECK(dates > 1000);
  CHECK(passed > 200);
  CHECK(starts > 5000);
}

// Run times are unknown, and other leaves never stop submitting.
TEST_CASE("a starving head starts within starveAfter and the longest run of the others") {
  int64_t starved = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    ExactWorld world;
    QueueConfig config;
    QueueSpec big = Leaf("big");
    big.starve_after = absl::Seconds(dice.Between(20, 90));
    if (dice.OneIn(2)) big.order = LeafOrder::kFair;
    config.queues = {big, Leaf("small"), Leaf("other")};
    world.w.Hear(QueuesSeen{config});
    const int nodes = dice.Between(1, 3);
    for (int i = 0; i < nodes; ++i) world.w.See(MakeNode(absl::StrCat("n", i), 8));
    world.w.Hear(Synced{});
    const int longest = dice.Between(10, 60);
    for (int i = 0; i < 80 * nodes; ++i) {
      std::vector<Pod> pods;
      const int members = dice.Between(1, 4);
      for (int k = 0; k < members; ++k) {
        Pod pod = Member(absl::StrCat("s", i), k, members, dice.Between(1, 2));
        pod.queue = dice.OneIn(2) ? "small" : "other";
        pod.preempts = false;
        pods.push_back(pod);
      }
      for (Pod& pod : pods) pod.queue = pods[0].queue;
      world.Submit(absl::Seconds(i * 3 / nodes), pods, absl::Seconds(dice.Between(5, longest)));
    }
    std::vector<Pod> pods;
    for (int k = 0; k < nodes; ++k) {
      Pod pod = Member("whole", k, nodes, 8);
      pod.queue = "big";
      pod.preempts = false;
      pods.push_back(pod);
    }
    world.Submit(absl::Seconds(30), pods, absl::Seconds(30));
    bool held = false;
    world.Run(absl::Minutes(5), [&](const Plan& plan) {
      for (const Verdict& verdict : plan.verdicts) {
        held = held || absl::StrContains(verdict.reason->detail, "has waited longer than");
      }
    });
    const ExactWorld::Job& job = world.jobs.at("whole");
    REQUIRE(job.started <= job.created + big.starve_after + absl::Seconds(longest));
    starved += held ? 1 : 0;
  }
  CHECK(starved > 20);
}

}  // namespace
}  // namespace muster::test
