// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/node_view.h"

#include <catch2/catch.hpp>

#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

TEST_CASE("nodes by name, with zone, type, and what of them is used") {
  Stage stage;
  stage.AddNode("node-b", 4,
                {{std::string(kZoneLabel), "b"}, {"node.kubernetes.io/instance-type", "m5"}});
  stage.AddNode("node-a", 2);
  stage.Add({.name = "a", .cores = 3});
  stage.Decide();
  const auto response = ListNodes(stage.scene(), {});
  REQUIRE(response.ok());
  REQUIRE(response->nodes_size() == 2);
  CHECK(response->nodes(0).name() == "node-a");
  CHECK(response->nodes(0).pods() == 0);
  CHECK(response->nodes(0).used_share() == 0);
  const v1::Node& node = response->nodes(1);
  CHECK(node.zone() == "b");
  CHECK(node.instance_type() == "m5");
  CHECK(node.pods() == 1);
  CHECK(node.allocatable(0).text() == "4");
  CHECK(node.used(0).text() == "3");
  CHECK(node.held(0).text() == "0");
  CHECK(node.used_share() == Approx(0.75));
}

TEST_CASE("nodes come in pages, and a page that is too large is refused") {
  Stage stage;
  for (const char* name : {"n3", "n1", "n2"}) stage.AddNode(name, 1);
  v1::ListNodesRequest request;
  request.set_page_size(2);
  const auto first = ListNodes(stage.scene(), request);
  REQUIRE(first.ok());
  CHECK(first->total() == 3);
  REQUIRE(first->nodes_size() == 2);
  CHECK(first->nodes(1).name() == "n2");
  request.set_page_token(first->next_page_token());
  const auto second = ListNodes(stage.scene(), request);
  REQUIRE(second->nodes_size() == 1);
  CHECK(second->nodes(0).name() == "n3");
  CHECK(second->next_page_token().empty());
  request.set_page_size(5001);
  CHECK(ListNodes(stage.scene(), request).status() ==
        absl::InvalidArgumentError("page_size: 5001: expected 0 to 5000"));
}

}  // namespace
}  // namespace muster::daemon
