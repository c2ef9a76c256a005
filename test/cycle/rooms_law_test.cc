// SPDX-License-Identifier: Apache-2.0
// The columns that are kept between cycles (policies/rooms.h) say what a count from nothing says,
// whatever has happened, also in the middle of a draft.
#include "policies/place.h"
#include "test/cycle/random_cluster.h"
#include "test/policies/slow_rooms.h"

namespace muster::test {
namespace {

// `taken`: what the draft has taken beyond the state's books.
void CheckRooms(Draft& draft, const Profile& profile, const std::vector<ResourceList>& taken) {
  const State& state = draft.state();
  for (uint32_t r = 0; r < state.roles().size(); ++r) {
    const RoleSpec& spec = state.roles().at(RoleId{r}).spec;
    int64_t sum = 0;
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
    }
    REQUIRE(SumOfRooms(draft, profile, RoleId{r}, 1 << 30) == sum);
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
