// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/node_codec.h"

#include <catch2/catch.hpp>

#include "k8s/cluster.pb.h"

namespace muster::codec {
namespace {

TEST_CASE("a node is read with its labels, taints and what it has to give") {
  k8s::Node from;
  from.mutable_metadata()->set_name("n1");
  from.mutable_metadata()->set_uid("u1");
  from.mutable_metadata()->set_resource_version("9");
  (*from.mutable_metadata()->mutable_labels())["zone"] = "a";
  (*from.mutable_metadata()->mutable_labels())["arch"] = "arm64";
  from.mutable_spec()->set_unschedulable(true);
  k8s::Taint* taint = from.mutable_spec()->add_taints();
  taint->set_key("spot");
  taint->set_effect("PreferNoSchedule");
  from.mutable_spec()->add_taints()->set_effect("OfALaterRelease");
  auto& allocatable = *from.mutable_status()->mutable_allocatable();
  allocatable["cpu"].set_string("3920m");
  allocatable["memory"].set_string("15842108Ki");
  allocatable["pods"].set_string("58");
  allocatable["nvidia.com/gpu"].set_string("4");
  allocatable["hugepages-2Mi"].set_string("0");
  const absl::StatusOr<DecodedNode> decoded = DecodeNode(from.SerializeAsString());
  REQUIRE(decoded.ok());
  const Node& node = decoded->node;
  CHECK(decoded->resource_version == "9");
  CHECK(decoded->problem.empty());
  CHECK(node.name == "n1");
  CHECK(node.uid == "u1");
  CHECK(node.unschedulable);
  CHECK(node.labels == Labels{{"arch", "arm64"}, {"zone", "a"}});
  REQUIRE(node.taints.size() == 2);
  CHECK(node.taints[0].effect == TaintEffect::kPreferNoSchedule);
  CHECK(node.taints[1].effect == TaintEffect::kNoSchedule);
  CHECK(node.allocatable == ResourceList{{"cpu", 3920},
                                         {"memory", int64_t{15842108} << 10},
                                         {"pods", 58},
                                         {"nvidia.com/gpu", 4}});
}

TEST_CASE("a node never has more room than it says: fractions round down, nonsense is none") {
  k8s::Node from;
  from.mutable_metadata()->set_name("n1");
  auto& allocatable = *from.mutable_status()->mutable_allocatable();
  allocatable["cpu"].set_string("1999999u");
  allocatable["memory"].set_string("1500m");
  allocatable["ephemeral-storage"].set_string("-5");
  allocatable["example.com/odd"].set_string("1e400");
  const absl::StatusOr<DecodedNode> decoded = DecodeNode(from.SerializeAsString());
  REQUIRE(decoded.ok());
  CHECK(decoded->node.allocatable == ResourceList{{"cpu", 1999}, {"memory", 1}});
  CHECK(decoded->problem.find("node n1: status.allocatable.example.com/odd: \"1e400\"") == 0);
}

}  // namespace
}  // namespace muster::codec
