// SPDX-License-Identifier: Apache-2.0
// Every filter, case by case, with kube-scheduler's meaning (v1.36: plugins noderesources,
// nodeaffinity, tainttoleration, nodeunschedulable).

#include "policies/profile.h"
#include "test/policies/slow_rooms.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

// How many of the pod's role the node takes by that filter alone.
int32_t RoomBy(const std::string& filter, const Pod& pod, const Node& node,
               const std::vector<Pod>& others = {}) {
  Witness w;
  w.See(node);
  w.Hear(Synced{});
  for (const Pod& other : others) w.See(other);
  w.See(pod);
  const RoleClass& role = w.state.roles().at(w.state.pod(w.pod(pod)).footing.role);
  std::vector<int32_t> rooms(w.state.nodes().size(), kAnyRoom);
  const Profile profile = MakeProfile("bin-pack");
  for (const auto& each : profile.filters) {
    if (each->name() != filter) continue;
    each->Limit(role, w.state, NodeRange{0, 1}, absl::MakeSpan(rooms));
    CHECK(!each->Refusal(role).empty());
    return rooms[0];
  }
  FAIL("no filter " << filter);
  return 0;
}

Pod Asking(ResourceList requests) {
  Pod pod = MakePod("asking");
  pod.role.requests = std::move(requests);
  return pod;
}

TEST_CASE("resources: as often as the scarcest of all requests fits into what is free") {
  Node node = MakeNode("n", 8, 16, 5);
  node.allocatable.Set("nvidia.com/gpu", 2);
  node.allocatable.Set("hugepages-2Mi", 314572800);
  const auto room = [&node](ResourceList requests, std::vector<Pod> others = {}) {
    return RoomBy("resources", Asking(std::move(requests)), node, others);
  };
  CHECK(room(Cpu(3)) == 2);
  CHECK(room(Cpu(1, 5)) == 3);
  CHECK(room(Cpu(1)) == 5);  // the pod count
  CHECK(room({}) == 5);      // a pod that asks for nothing still counts as a pod
  CHECK(room(Cpu(8, 16)) == 1);
  CHECK(room({{kCpu, 8001}}) == 0);
  CHECK(room({{"nvidia.com/gpu", 1}}) == 2);
  CHECK(room({{"nvidia.com/gpu", 3}}) == 0);
  CHECK(room({{"hugepages-2Mi", 104857600}}) == 3);
  CHECK(room({{"example.com/unknown", 1}}) == 0);
  CHECK(room({{kMemory, std::numeric_limits<int64_t>::max()}}) == 0);
  CHECK(room(Cpu(3), {Foreign("f", 3, "n")}) == 1);
  CHECK(room(Cpu(3), {Foreign("f", 8, "n")}) == 0);
  CHECK(room(Cpu(3), {Foreign("f", 80, "n")}) == 0);  // less than nothing is free
  // A request of zero is not checked, even where less than nothing is free.
  CHECK(room({{kMemory, kGi}}, {Foreign("f", 80, "n")}) == 4);
}

TEST_CASE("resources: the quotient is exact at the edge of every size") {
  for (int64_t each : {int64_t{1}, int64_t{3}, int64_t{7}, int64_t{1000}, int64_t{999'999'937},
                       (int64_t{1} << 49) - 1, kLargestAmount}) {
    for (int64_t times : {1, 2, 3, 100, 99'991}) {
      for (int64_t slack : {-1, 0, 1}) {
        const int64_t free = each * times + slack;
        if (each > kLargestAmount / times || free < 0 || free > kLargestAmount) continue;
        Node node = MakeNode("n", 1, 1, kLargestAmount);
        node.allocatable.Set("x", free);
        CAPTURE(each, times, slack);
        CHECK(RoomBy("resources", Asking({{"x", each}}), node) ==
              std::min<int64_t>(free / each, kAnyRoom));
      }
    }
  }
}

TEST_CASE("node selector: every label with exactly that value") {
  Node node = MakeNode("n", 8);
  node.labels = {{"disk", "ssd"}, {"empty", ""}, {"pool", "spark"}};
  const auto admits = [&node](Labels selector) {
    Pod pod = MakePod("p");
    pod.role.node_selector = std::move(selector);
    return RoomBy("node-selector", pod, node) > 0;
  };
  CHECK(admits({}));
  CHECK(admits({{"pool", "spark"}}));
  CHECK(admits({{"disk", "ssd"}, {"pool", "spark"}}));
  CHECK(admits({{"empty", ""}}));
  CHECK_FALSE(admits({{"pool", "Spark"}}));
  CHECK_FALSE(admits({{"pool", ""}}));
  CHECK_FALSE(admits({{"absent", ""}}));
  CHECK_FALSE(admits({{"disk", "ssd"}, {"pool", "gpu"}}));
}

TEST_CASE("node affinity: one term whole, an empty term matches nothing") {
  Node node = MakeNode("n7", 8);
  node.labels = {{"cores", "16"}, {"name", "x"}, {"zone", "a"}};
  using Op = SelectorOp;
  const auto admits = [&node](std::vector<NodeSelectorTerm> terms) {
    Pod pod = MakePod("p");
    pod.role.has_affinity = true;
    pod.role.affinity = std::move(terms);
    return RoomBy("node-affinity", pod, node) > 0;
  };
  const auto label = [&](const char* key, Op op, std::vector<std::string> values) {
    return admits({NodeSelectorTerm{{{key, op, std::move(values)}}, {}}});
  };
  CHECK(RoomBy("node-affinity", MakePod("p"), node) > 0);
  CHECK_FALSE(admits({}));
  CHECK_FALSE(admits({NodeSelectorTerm{}}));
  CHECK(label("zone", Op::kIn, {"b", "a"}));
  CHECK_FALSE(label("zone", Op::kIn, {"b"}));
  CHECK_FALSE(label("absent", Op::kIn, {"a"}));
  CHECK(label("zone", Op::kNotIn, {"b"}));
  CHECK_FALSE(label("zone", Op::kNotIn, {"a"}));
  CHECK(label("absent", Op::kNotIn, {"a"}));  // as upstream: absent is not in
  CHECK(label("zone", Op::kExists, {}));
  CHECK_FALSE(label("absent", Op::kExists, {}));
  CHECK(label("absent", Op::kDoesNotExist, {}));
  CHECK_FALSE(label("zone", Op::kDoesNotExist, {}));
  CHECK(label("cores", Op::kGt, {"15"}));
  CHECK_FALSE(label("cores", Op::kGt, {"16"}));
  CHECK(label("cores", Op::kLt, {"17"}));
  CHECK_FALSE(label("cores", Op::kLt, {"16"}));
  CHECK_FALSE(label("zone", Op::kGt, {"1"}));   // the label is no integer
  CHECK_FALSE(label("cores", Op::kGt, {"x"}));  // the bound is none
  CHECK_FALSE(label("absent", Op::kLt, {"1"}));
  CHECK_FALSE(label("cores", Op::kGt, {"1", "2"}));
  const NodeRequirement good{"zone", Op::kIn, {"a"}}, bad{"zone", Op::kIn, {"b"}};
  CHECK_FALSE(admits({NodeSelectorTerm{{good, bad}, {}}}));                    // all of a term
  CHECK(admits({NodeSelectorTerm{{bad}, {}}, NodeSelectorTerm{{good}, {}}}));  // any of the terms
  const NodeRequirement here{"metadata.name", Op::kIn, {"n7"}};
  const NodeRequirement there{"metadata.name", Op::kIn, {"x"}};
  CHECK(admits({NodeSelectorTerm{{}, {here}}}));
  CHECK_FALSE(admits({NodeSelectorTerm{{}, {there}}}));
  CHECK_FALSE(admits({NodeSelectorTerm{{good}, {there}}}));
  CHECK_FALSE(admits({NodeSelectorTerm{{here}, {}}}));  // no label is named metadata.name
}

TEST_CASE("taints: NoSchedule and NoExecute want a toleration, PreferNoSchedule never refuses") {
  const auto admits = [](std::vector<Taint> taints, std::vector<Toleration> tolerations) {
    Node node = MakeNode("n", 8);
    node.taints = std::move(taints);
    Pod pod = MakePod("p");
    pod.role.tolerations = std::move(tolerations);
    return RoomBy("taints", pod, node) > 0;
  };
  const Taint taint{"team", "a", TaintEffect::kNoSchedule};
  const Taint evicting{"team", "a", TaintEffect::kNoExecute};
  const Taint soft{"team", "a", TaintEffect::kPreferNoSchedule};
  CHECK(admits({}, {}));
  CHECK_FALSE(admits({taint}, {}));
  CHECK_FALSE(admits({evicting}, {}));
  CHECK(admits({soft}, {}));
  CHECK(admits({taint}, {{"team", false, "a"}}));
  CHECK_FALSE(admits({taint}, {{"team", false, "b"}}));
  CHECK_FALSE(admits({taint}, {{"other", false, "a"}}));
  CHECK(admits({taint}, {{"team", true, ""}}));      // Exists: any value
  CHECK(admits({taint}, {{"", true, ""}}));          // Exists without key: everything
  CHECK_FALSE(admits({taint}, {{"", false, "a"}}));  // Equal without key: nothing
  CHECK(admits({taint}, {{"team", true, "", false, TaintEffect::kNoSchedule}}));
  CHECK_FALSE(admits({taint}, {{"team", true, "", false, TaintEffect::kNoExecute}}));
  CHECK_FALSE(admits({taint, evicting}, {{"team", true, "", false, TaintEffect::kNoSchedule}}));
  CHECK(admits({taint, evicting}, {{"team", true, ""}}));
  CHECK_FALSE(admits({taint, {"gpu", "", TaintEffect::kNoSchedule}}, {{"team", true, ""}}));
  CHECK(admits({{"bare", "", TaintEffect::kNoSchedule}}, {{"bare", false, ""}}));
}

TEST_CASE("unschedulable: a cordoned node takes only whom the cordon's taint does not keep away") {
  Node node = MakeNode("n", 8);
  CHECK(RoomBy("unschedulable", MakePod("p"), node) > 0);
  node.unschedulable = true;
  CHECK(RoomBy("unschedulable", MakePod("p"), node) == 0);
  Pod daemon = MakePod("p");
  daemon.role.tolerations = {
      {"node.kubernetes.io/unschedulable", true, "", false, TaintEffect::kNoSchedule}};
  CHECK(RoomBy("unschedulable", daemon, node) > 0);
}

TEST_CASE("unschedulable: a slot whose node is gone takes nobody") {
  Witness w;
  w.See(MakeNode("n", 8));
  w.Hear(Synced{});
  w.See(On(MakePod("bound"), "n"));
  w.Hear(NodeGone{"n"});
  std::vector<int32_t> rooms{kAnyRoom};
  for (const auto& filter : MakeProfile("bin-pack").filters) {
    if (filter->name() != "unschedulable") continue;
    filter->Limit(w.state.roles().at(RoleId{0}), w.state, NodeRange{0, 1}, absl::MakeSpan(rooms));
  }
  CHECK(rooms[0] == 0);
}

TEST_CASE("unsupported: a field that is not judged yet refuses every node, by name") {
  Pod pod = MakePod("p");
  CHECK(RoomBy("unsupported", pod, MakeNode("n", 8)) > 0);
  pod.role.unsupported = {"spec.affinity.podAffinity", "spec.volumes[0]"};
  CHECK(RoomBy("unsupported", pod, MakeNode("n", 8)) == 0);
  Witness w;
  w.See(pod);
  for (const auto& filter : MakeProfile("bin-pack").filters) {
    if (filter->name() != "unsupported") continue;
    CHECK(filter->Refusal(w.state.roles().at(RoleId{0})) ==
          "cannot be judged: not supported by this version: spec.affinity.podAffinity, "
          "spec.volumes[0]");
  }
}

}  // namespace
}  // namespace muster::test
