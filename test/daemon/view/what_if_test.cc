// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/what_if.h"

#include <catch2/catch.hpp>

#include "scheduler/state/audit.h"
#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

// Two gangs of 4 cores in a queue that may have 4, on 8 cores: one runs, one waits.
void Furnish(Stage* stage) {
  QueueSpec etl;
  etl.name = "etl";
  etl.max = {{kCpu, 4000}};
  stage->Queues({etl});
  stage->AddNode("node-a", 8);
  for (const char* name : {"a", "b"}) stage->Add({.name = name, .cores = 4, .queue = "etl"});
  stage->Decide();
  stage->Run();
  stage->Decide();
}

v1::WhatIfResponse Ask(const Stage& stage, const std::string& text) {
  const auto copied = CopyOf(stage.state(), stage.now);
  REQUIRE(copied.ok());
  const auto config = ConfigFrom(text, (*copied)->state.config());
  REQUIRE(config.ok());
  return WhatIf(**copied, *config);
}

TEST_CASE(
    "a config with more room starts whom the one in force keeps waiting, and nothing is done") {
  Stage stage;
  Furnish(&stage);
  const v1::WhatIfResponse more = Ask(stage, "queues:\n- {name: etl, max: {cpu: 8}}\n");
  REQUIRE(more.would_size() == 1);
  CHECK(more.would(0).kind() == "start");
  CHECK(more.would(0).gang() == "team/b");
  CHECK(more.would_not_size() == 0);
  REQUIRE(more.queues_size() == 1);
  CHECK(more.queues(0).waiting_gangs() == 0);
  CHECK(more.queues(0).dominant_share() == 1);
  CHECK(Audit(stage.state()).empty());
  CHECK(stage.Decide().empty());  // the state does not know of it
  CHECK(stage.state().config().queues[0].max.Get(kCpu) == 4000);
}

TEST_CASE("the config in force, and one that says the same, change nothing") {
  Stage stage;
  Furnish(&stage);
  for (const char* text : {"", "queues:\n- {name: etl, max: {cpu: 4}}\n"}) {
    const v1::WhatIfResponse same = Ask(stage, text);
    CHECK(same.would_size() == 0);
    CHECK(same.would_not_size() == 0);
    CHECK(same.queues(0).waiting_gangs() == 1);
  }
}

TEST_CASE("a start that another config would keep from happening is told, too") {
  Stage stage;
  Furnish(&stage);
  stage.Tell(PodGone{"uid-team-a"});  // b may start now
  const v1::WhatIfResponse less = Ask(stage, "queues:\n- {name: etl, max: {cpu: 2}}\n");
  CHECK(less.would_size() == 0);
  REQUIRE(less.would_not_size() == 1);
  CHECK(less.would_not(0).gang() == "team/b");
}

TEST_CASE("a config that is none is refused with its place") {
  const auto refused = ConfigFrom("queues: 7\n", {}).status();
  CHECK(absl::IsInvalidArgument(refused));
  CHECK(refused.message().find("config:1:9: queues: expected") != absl::string_view::npos);
}

}  // namespace
}  // namespace muster::daemon
