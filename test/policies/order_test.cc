// SPDX-License-Identifier: Apache-2.0
// Orders, scorers and the list of policies.
#include "policies/place.h"
#include "policies/profile.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

Gang GangAt(const std::string& name, int64_t created, int32_t priority = 0) {
  Gang gang;
  gang.ns = "ns";
  gang.name = name;
  gang.created = At(created);
  gang.priority = priority;
  gang.opener_uid = "uid-" + name;
  return gang;
}

TEST_CASE("fifo: priority, then arrival, then the name") {
  const Profile profile = MakeProfile("bin-pack");
  const Witness w;
  const auto before = [&](const Gang& a, const Gang& b) {
    return profile.fifo->Before(a, b, w.state);
  };
  CHECK(before(GangAt("b", 1), GangAt("a", 2)));
  CHECK(before(GangAt("a", 2, 10), GangAt("b", 1)));
  CHECK(before(GangAt("a", 1), GangAt("b", 1)));
  CHECK_FALSE(before(GangAt("b", 1), GangAt("a", 1)));
  Gang again = GangAt("a", 1);
  CHECK_FALSE(before(again, GangAt("a", 1)));
  again.opener_uid = "uid-0";
  CHECK(before(again, GangAt("a", 1)));
  CHECK(profile.fifo->strict());
  CHECK_FALSE(profile.fair->strict());
}

TEST_CASE("fair: priority, then the user who has least, then arrival") {
  Witness w;
  w.See(MakeNode("n", 10));
  w.Hear(Synced{});
  w.state.Refresh(At(0));
  Pod rich = MakePod("rich", 3);
  rich.service_account = "rich";
  w.See(On(rich, "n"));
  const Profile profile = MakeProfile("bin-pack");
  const auto gang = [&w](const std::string& name, int64_t created, const std::string& user,
                         int32_t priority = 0) -> const Gang& {
    Pod pod = MakePod(absl::StrCat(name, "-of-", user, "-", priority), 1);
    pod.service_account = user;
    pod.created = At(created);
    pod.priority = priority;
    w.See(pod);
    return w.GangOf(pod);
  };
  const auto before = [&](const Gang& a, const Gang& b) {
    return profile.fair->Before(a, b, w.state);
  };
  CHECK(before(gang("a", 9, "poor"), gang("b", 1, "rich")));
  CHECK_FALSE(before(gang("b", 1, "rich"), gang("a", 9, "poor")));
  CHECK(before(gang("b", 1, "rich"), gang("a", 9, "rich")));
  CHECK(before(gang("b", 1, "other"), gang("a", 9, "poor")));
  CHECK(before(gang("b", 1, "rich", 5), gang("a", 9, "poor")));
}

std::vector<int32_t> Rates(const std::string& scorer, Witness* w, const Pod& pod) {
  const Profile profile = MakeProfile(scorer);
  CHECK(profile.scorer->name() == scorer);
  w->See(pod);
  std::vector<int32_t> rates(w->state.nodes().size(), 0);
  profile.scorer->Rate(w->state.roles().at(w->state.pod(w->pod(pod)).footing.role), w->state,
                       NodeRange{0, static_cast<uint32_t>(rates.size())}, absl::MakeSpan(rates));
  return rates;
}

TEST_CASE("bin-pack likes the fullest node, spread the emptiest, by the scarcer resource") {
  Witness w;
  w.See(MakeNode("idle", 10, 10));
  w.See(MakeNode("cpu", 10, 10));
  w.See(MakeNode("memory", 10, 10));
  w.Hear(Synced{});
  w.See(Foreign("c", 4, "cpu"));
  Pod m = Foreign("m", 0, "memory");
  m.role.requests = Cpu(0, 7);
  w.See(m);
  const Pod pod = MakePod("p", 1);
  CHECK(Rates("bin-pack", &w, pod) == std::vector<int32_t>{100'000, 500'000, 700'000});
  CHECK(Rates("spread", &w, pod) == std::vector<int32_t>{900'000, 500'000, 300'000});
}

TEST_CASE("rates stay in range on nodes that are overfull, or offer nothing") {
  Witness w;
  w.See(MakeNode("over", 2, 2));
  Node bare = MakeNode("bare", 0, 0);
  w.See(bare);
  w.Hear(Synced{});
  w.See(Foreign("f", 9, "over"));
  CHECK(Rates("bin-pack", &w, MakePod("p")) == std::vector<int32_t>{kBestRate, kBestRate});
  CHECK(Rates("spread", &w, MakePod("p")) == std::vector<int32_t>{0, 0});
}

TEST_CASE("every policy is in the list, under its own name") {
  const Profile profile = MakeProfile("bin-pack");
  std::vector<std::string> names;
  for (const auto& filter : profile.filters) names.emplace_back(filter->name());
  CHECK(names == std::vector<std::string>{"resources", "unschedulable", "node-selector",
                                          "node-affinity", "taints", "unsupported"});
  CHECK(ScorerNames() == std::vector<absl::string_view>{"bin-pack", "spread"});
  for (absl::string_view name : ScorerNames()) CHECK(MakeProfile(name).scorer->name() == name);
  CHECK(profile.order(LeafOrder::kFifo).name() == "fifo");
  CHECK(profile.order(LeafOrder::kFair).name() == "fair");
}

TEST_CASE("members go to the best node by the scorer, ties by the node's name") {
  Witness w;
  for (const char* name : {"c", "b", "a"}) w.See(MakeNode(name, 4));
  w.Hear(Synced{});
  w.See(Foreign("f", 1, "b"));
  w.See(Member("g", 0, 1));
  const Gang& gang = w.GangOf(Member("g", 0, 1));
  const RoleId role = w.state.pod(gang.members[0]).footing.role;
  const auto placed = [&](const char* scorer) {
    const Profile profile = MakeProfile(scorer);
    Draft draft(w.state);
    std::string out;
    for (const HoldSlot& slot : Place(draft, profile, gang, role, 6, Tree::Use::kUsed)) {
      absl::StrAppend(&out, w.state.nodes().at(slot.node).name, slot.count, " ");
    }
    return out;
  };
  CHECK(placed("bin-pack") == "b3 a3 ");
  CHECK(placed("spread") == "a3 c2 b1 ");
}

}  // namespace
}  // namespace muster::test
