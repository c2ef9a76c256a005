// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/binding_codec.h"

#include <catch2/catch.hpp>

#include "k8s/cluster.pb.h"
#include "scheduler/codec/envelope.h"
#include "scheduler/codec/stamp.h"

namespace muster::codec {
namespace {

TEST_CASE("a binding names the pod by its uid, the node as a Node, and carries the stamp") {
  loop::BindPod action{{"uid-1", "team", "pod-1"}, "node-1", {}};
  action.stamp.queue = "etl";
  action.stamp.gang = "g";
  action.stamp.hold_nodes = std::string(3000, 'n');  // lengths above one and two bytes
  const std::string body = EncodeBinding(action);
  const absl::StatusOr<Envelope> envelope = OpenEnvelope(body);
  REQUIRE(envelope.ok());
  CHECK(envelope->api_version == "v1");
  CHECK(envelope->kind == "Binding");
  k8s::Binding binding;
  REQUIRE(binding.ParseFromArray(envelope->raw.data(), static_cast<int>(envelope->raw.size())));
  CHECK(binding.metadata().uid() == "uid-1");
  CHECK(binding.metadata().namespace_() == "team");
  CHECK(binding.metadata().name() == "pod-1");
  CHECK(binding.target().kind() == "Node");
  CHECK(binding.target().name() == "node-1");
  const auto stamp = EncodeStamp(action.stamp);
  CHECK(binding.metadata().annotations().size() == stamp.size());
  for (const auto& [key, value] : stamp) CHECK(binding.metadata().annotations().at(key) == value);
}

}  // namespace
}  // namespace muster::codec
