// SPDX-License-Identifier: Apache-2.0
// The columns that are kept between cycles (policies/rooms.h) say what a count from nothing says,
// whatever has happened, also in the middle of a draft.
#include <map>

#include "policies/place.h"
#include "policies/pool.h"
#include "test/cycle/random_cluster.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {
namespace {

// Each node counted with the first filter that leaves it no room, asked one after the other.
std::vector<int64_t> SlowRefusals(const State& state, const Profile& profile, RoleId role) {
  const auto nodes = static_cast<uint32_t>(state.nodes().size());
  std::vector<int32_t> rooms(nodes, kAnyRoom);
  std::vector<bool> refused(nodes, false);
  std::vector<int64_t> refusals(profile.filters.size(), 0);
  for (const bool usage : {false, true}) {
    for (size_t filter = 0; filter < profile.filters.size(); ++filter) {
      if (profile.filters[filter]->follows_usage() != usage) continue;
      profile.filters[filter]->Limit(state.roles().at(role), state, NodeRange{0, nodes},
                                     absl::MakeSpan(rooms));
      for (uint32_t i = 0; i < nodes; ++i) {
        if (refused[i] || rooms[i] > 0 || !state.nodes().present(NodeId{i})) continue;
        refused[i] = true;
        ++refusals[filter];
      }
    }
  }
  return refusals;
}

// Of two roles: nodes and free amounts by which of them a node admits.
void CheckPool(Draft& draft, const Profile& profile, RoleId a, RoleId b,
               const std::vector<ResourceList>& free) {
  const State& state = draft.state();
  const PoolColumns& pool = PoolOf(draft, profile, {a, b});
  std::map<PoolColumns::Mask, std::pair<int64_t, ResourceList>> slow;
  for (uint32_t i = 0; i < state.nodes().size(); ++i) {
    if (!state.nodes().present(NodeId{i})) continue;
    const Node& node = state.nodes().at(NodeId{i});
    const PoolColumns::Mask mask = (SlowAdmits(state.roles().at(a).spec, node) ? 1u : 0u) +
                                   (SlowAdmits(state.roles().at(b).spec, node) ? 2u : 0u);
    if (mask == 0) continue;
    ++slow[mask].first;
    for (const auto& [name, amount] : free[i].entries()) {
      if (amount > 0) slow[mask].second.Add(ResourceList{{name, amount}});
    }
  }
  REQUIRE(pool.sums.size() == slow.size());
  for (const auto& [mask, sum] : pool.sums) {
    REQUIRE(sum.nodes == slow[mask].first);
    for (size_t i = 0; i < pool.asked.size(); ++i) {
      const std::string name(state.resources().Name(pool.asked[i]));
      REQUIRE(sum.free[i] == slow[mask].second.Get(name));
    }
  }
}

// `taken`: what the draft has taken beyond the state's books.
void CheckRooms(Draft& draft, const Profile& profile, const std::vector<ResourceList>& taken) {
  const State& state = draft.state();
  std::vector<ResourceList> left;
  for (uint32_t r = 0; r < state.roles().size(); ++r) {
    const RoleSpec& spec = state.roles().at(RoleId{r}).spec;
    int64_t sum = 0;
    int64_t admitting = 0;
    left.clear();
    for (uint32_t i = 0; i < state.nodes().size(); ++i) {
      const NodeId node{i};
      ResourceList free = SlowFree(state, node);
      for (const auto& [name, amount] : taken[i].entries()) free.Set(name, free.Get(name) - amount);
      const bool there = state.nodes().present(node);
      const int64_t room = there ? SlowRoom(spec, state.nodes().at(node), free) : 0;
      const bool admits = there && SlowAdmits(spec, state.nodes().at(node));
      INFO("role " << r << " on " << state.nodes().at(node).name);
      REQUIRE(RoomsOf(draft, profile, RoleId{r})[i] == room);
      REQUIRE(Admits(draft, profile, RoleId{r}, node) == admits);
      sum += room;
      admitting += admits ? 1 : 0;
      left.push_back(free);
    }
    REQUIRE(SumOfRooms(draft, profile, RoleId{r}, 1 << 30) == sum);
    REQUIRE(CountAdmitting(draft, profile, RoleId{r}) == admitting);
    const auto refusals = RefusalsOf(draft, profile, RoleId{r});
    REQUIRE(std::vector<int64_t>(refusals.begin(), refusals.end()) ==
            SlowRefusals(state, profile, RoleId{r}));
    CheckPool(draft, profile, RoleId{r}, RoleId{r / 2}, left);
  }
}

TEST_CASE("kept rooms equal rooms counted anew") {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    RandomCluster c(seed);
    Dice dice(seed);
    for (int round = 0; round < 8; ++round) {
      CAPTURE(seed, round);
      c.Live();
      const std::string before = Portrait(c.w.state);
      {
        Draft draft(c.w.state);
        std::vector<ResourceList> taken(c.w.state.nodes().size());
        CheckRooms(draft, c.profile, taken);
        for (const Gang& gang : c.w.state.gangs()) {
          if (!gang.id.valid() || gang.members.empty() || taken.empty() || !dice.OneIn(2)) continue;
          const RoleId role = c.w.state.pod(gang.members[0]).footing.role;
          const auto node =
              static_cast<uint32_t>(dice.Between(0, static_cast<int>(taken.size()) - 1));
          Attempt attempt(draft);
          draft.Take(gang, role, NodeId{node}, 2, Tree::Use::kUsed);
          if (dice.OneIn(2)) continue;  // undone
          attempt.Keep();
          ResourceList each = c.w.state.roles().at(role).spec.requests;
          each.Set(kPods, 1);
          taken[node].Add(each);
          taken[node].Add(each);
        }
        CheckRooms(draft, c.profile, taken);
      }
      REQUIRE(Portrait(c.w.state) == before);
      c.Act(Cycle(c.w.state, c.profile, c.w.now));
    }
  }
}

}  // namespace
}  // namespace muster::test
