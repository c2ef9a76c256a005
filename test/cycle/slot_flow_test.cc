// SPDX-License-Identifier: Apache-2.0
// The flow finds a placement exactly where one exists, as trying everything says, on nodes that are
// like slots; on others it never says less than what fits.
#include "scheduler/cycle/slot_flow.h"

#include <functional>

#include "scheduler/cycle/fit.h"
#include "scheduler/cycle/max_flow.h"
#include "scheduler/cycle/search.h"
#include "test/model/dice.h"
#include "test/policies/slow_rooms.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

TEST_CASE("the largest flow is the least cut, over all cuts of small networks") {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const size_t vertices = dice.Between(2, 7);
    struct Edge {
      size_t from, to;
      int64_t capacity;
    };
    std::vector<Edge> edges;
    FlowNetwork network(vertices);
    for (int i = dice.Between(0, 14); i > 0; --i) {
      const auto last = static_cast<int>(vertices) - 1;
      const Edge edge{static_cast<size_t>(dice.Between(0, last)),
                      static_cast<size_t>(dice.Between(0, last)), dice.Between(0, 9)};
      if (edge.from == edge.to) continue;
      edges.push_back(edge);
      network.AddEdge(edge.from, edge.to, edge.capacity);
    }
    const auto cut_of = [&edges](auto on_source_side) {
      int64_t sum = 0;
      for (const Edge& edge : edges) {
        if (on_source_side(edge.from) && !on_source_side(edge.to)) sum += edge.capacity;
      }
      return sum;
    };
    int64_t least = kUnlimited;
    size_t largest_side = 0;
    size_t least_side = ~size_t{0};
    for (size_t side = 0; side < size_t{1} << vertices; ++side) {
      if ((side & 1) == 0 || (side & 2) != 0) continue;  // 0 is the source, 1 the sink
      const int64_t cut = cut_of([side](size_t v) { return (side >> v & 1) != 0; });
      if (cut < least) {
        largest_side = 0;
        least_side = ~size_t{0};
      }
      least = std::min(least, cut);
      if (cut > least) continue;
      largest_side |= side;
      least_side &= side;
    }
    CHECK(network.Solve(0, 1) == least);
    std::vector<int64_t> kept(vertices, 0);
    for (size_t i = 0; i < edges.size(); ++i) {
      CHECK((network.flow(i) >= 0 && network.flow(i) <= edges[i].capacity));
      kept[edges[i].from] -= network.flow(i);
      kept[edges[i].to] += network.flow(i);
    }
    CHECK(kept[1] == least);
    for (size_t v = 2; v < vertices; ++v) CHECK(kept[v] == 0);
    for (size_t v = 0; v < vertices; ++v) {
      CHECK(network.largest_side()[v] == ((largest_side >> v & 1) != 0));
      CHECK(network.least_side()[v] == ((least_side >> v & 1) != 0));
    }
  }
}

// Nodes with labels, pods of others, and one gang of up to three roles.
struct Competition : Witness {
  Competition(Dice* dice, bool slots) {
    const int nodes = dice->Between(1, 4);
    for (int i = 0; i < nodes; ++i) {
      Node node = MakeNode(absl::StrCat("n", i), dice->Between(1, 5), 64, 20);
      for (const char* label : {"a", "b", "c"}) {
        if (dice->OneIn(2)) node.labels.emplace_back(label, "y");
      }
      See(node);
      if (dice->OneIn(3)) See(Foreign(absl::StrCat("f", i), 1, node.name));
    }
    Hear(Synced{});
    const int members = dice->Between(2, 6);
    std::vector<RoleSpec> roles;
    for (int i = dice->Between(2, 3); i > 0; --i) {
      RoleSpec role;
      role.requests = Cpu(slots ? 1 : dice->Between(1, 3));
      for (const char* label : {"a", "b", "c"}) {
        if (dice->OneIn(3)) role.node_selector.emplace_back(label, "y");
      }
      roles.push_back(role);
    }
    for (int i = 0; i < members; ++i) {
      Pod pod = Member("g", i, members);
      pod.role = dice->Of(roles);
      wants.push_back(pod.role);
      See(pod);
    }
    for (uint32_t i = 0; i < state.nodes().size(); ++i) free.push_back(SlowFree(state, NodeId{i}));
  }

  const Gang& gang() const { return GangOf(Member("g", 0, 0)); }

  // All members, each where it is admitted, no node beyond what is free.
  void CheckPlaces(const Shape& shape, const Places& places) {
    std::vector<ResourceList> left = free;
    REQUIRE(places.size() == shape.size());
    for (size_t part = 0; part < shape.size(); ++part) {
      const RoleSpec& spec = state.roles().at(shape[part].role).spec;
      int32_t count = 0;
      for (const HoldSlot& slot : places[part]) {
        for (int32_t i = 0; i < slot.count; ++i) {
          ResourceList& node = left[slot.node.value];
          REQUIRE(SlowRoom(spec, state.nodes().at(slot.node), node) > 0);
          for (const auto& [name, amount] : spec.requests.entries()) {
            node.Set(name, node.Get(name) - amount);
          }
          node.Set(kPods, node.Get(kPods) - 1);
          ++count;
        }
      }
      REQUIRE(count == shape[part].count());
    }
  }

  // The most members that fit, by trying every node and none for each.
  int64_t Most(size_t member = 0) {
    if (member == wants.size()) return 0;
    int64_t most = Most(member + 1);
    for (uint32_t i = 0; i < free.size(); ++i) {
      if (SlowRoom(wants[member], state.nodes().at(NodeId{i}), free[i]) == 0) continue;
      const ResourceList before = free[i];
      for (const auto& [name, amount] : wants[member].requests.entries()) {
        free[i].Set(name, before.Get(name) - amount);
      }
      free[i].Set(kPods, before.Get(kPods) - 1);
      most = std::max(most, 1 + Most(member + 1));
      free[i] = before;
    }
    return most;
  }

  const Profile profile = MakeProfile("bin-pack");
  std::vector<RoleSpec> wants;
  std::vector<ResourceList> free;
};

TEST_CASE("on nodes like slots a gang is placed if and only if a placement exists") {
  int placed = 0, refused = 0, competing = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Competition c(&dice, true);
    const int64_t most = c.Most();
    const auto all = static_cast<int64_t>(c.wants.size());
    Draft draft(c.state);
    const Shape shape = StartShape(c.state, c.gang());
    const auto classes = SlotClassesOf(draft, c.profile, shape, Measure::kFree);
    const SlotFlow flow = FlowOf(shape, classes);
    REQUIRE(flow.exact);
    REQUIRE(flow.members == most);
    bool alone = true;
    for (const Part& part : shape) {
      alone = alone && SumOfRooms(draft, c.profile, part.role, 99) >= part.count();
    }
    competing += alone && most < all ? 1 : 0;
    if (most == all) c.CheckPlaces(shape, PlacesOf(classes, flow, false));
    if (most == all) c.CheckPlaces(shape, PlacesOf(classes, flow, true));
    const Fit fit = TryFit(draft, c.profile, c.gang(), shape);
    REQUIRE((fit.reason.code == ReasonCode::kNone) == (most == all));
    for (uint32_t i = 0; i < c.state.nodes().size(); ++i) {
      for (const int64_t left : c.state.nodes().free(kCpuColumn)) REQUIRE(left >= 0);
    }
    ++(most == all ? placed : refused);
  }
  CHECK(placed > 500);
  CHECK(refused > 500);
  CHECK(competing > 100);
}

// Each member has a node of its own that somebody knows; roles admit others besides. Neither order
// of greedy placement finds all of these.
TEST_CASE("a placement that was hidden is found whoever else could use its nodes") {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Witness w;
    const Profile profile = MakeProfile("bin-pack");
    const int members = dice.Between(4, 12);
    std::vector<std::string> roles = {"a", "b", "c", "d"};
    roles.resize(static_cast<size_t>(dice.Between(3, 4)));
    std::vector<Pod> pods;
    for (int i = 0; i < members; ++i) {
      const std::string role = dice.Of(roles);
      Node node = MakeNode(absl::StrCat("n", i), 1);
      for (const std::string& other : roles) {
        if (other == role || dice.OneIn(3)) node.labels.emplace_back(other, "y");
      }
      w.See(node);
      Pod pod = Member("g", i, members);
      pod.role.node_selector = {{role, "y"}};
      pods.push_back(pod);
    }
    w.Hear(Synced{});
    for (const Pod& pod : pods) w.See(pod);
    Draft draft(w.state);
    const Gang& gang = w.GangOf(pods[0]);
    REQUIRE(TryFit(draft, profile, gang, StartShape(w.state, gang)).reason.code ==
            ReasonCode::kNone);
  }
}

TEST_CASE(
    "on any nodes the flow is never less than what fits, and what it places is really there") {
  int placed = 0, loose = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Competition c(&dice, false);
    const int64_t most = c.Most();
    Draft draft(c.state);
    const Shape shape = StartShape(c.state, c.gang());
    const auto classes = SlotClassesOf(draft, c.profile, shape, Measure::kFree);
    const SlotFlow flow = FlowOf(shape, classes);
    REQUIRE(flow.members >= most);
    if (flow.exact) REQUIRE(flow.members == most);
    loose += flow.members > most ? 1 : 0;
    if (flow.missing > 0) continue;
    const Found found = SearchPlaces(draft, c.profile, shape, Measure::kFree, 1'000'000);
    const bool all = most == static_cast<int64_t>(c.wants.size());
    REQUIRE(found.outcome == (all ? Found::kPlaces : Found::kNone));
    if (all) c.CheckPlaces(shape, found.places);
    const Fit fit = TryFit(draft, c.profile, c.gang(), shape);
    REQUIRE((fit.reason.code == ReasonCode::kNone) == all);
    for (const int64_t left : c.state.nodes().free(kCpuColumn)) REQUIRE(left >= 0);
    placed += all ? 1 : 0;
  }
  CHECK(placed > 500);
  CHECK(loose > 20);  // an upper bound, not more
}

}  // namespace
}  // namespace muster::test
