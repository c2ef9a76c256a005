// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/health.h"

#include <catch2/catch.hpp>

namespace muster::daemon {
namespace {

TEST_CASE("readiness tells why not in one line") {
  Health health;
  CHECK(health.Ready().status == 503);
  health.Trouble("GET https://a: connection refused");
  CHECK(health.Ready().body ==
        "not ready: no leader is known yet; last problem: GET https://a: connection refused\n");
  health.Trouble("");
  health.Enter(Health::Phase::kStandby, "muster-b");
  CHECK(health.Ready().status == 200);
  CHECK(health.Ready().body == "ok: stands by, muster-b leads\n");
  health.Enter(Health::Phase::kLeading);
  CHECK(health.Ready().status == 503);
  std::string missing = "pods, nodes";
  health.AskSync([&] { return missing; });
  CHECK(health.Ready().body == "not ready: not synced: pods, nodes\n");
  missing = "";
  CHECK(health.Ready().status == 200);
  health.Enter(Health::Phase::kStopping);
  CHECK(health.Ready().status == 503);
}

TEST_CASE("a loop that turns no more is not alive") {
  Health health;
  const absl::Time start = absl::UnixEpoch();
  CHECK(health.Alive(start).status == 200);
  health.Beat(start);
  CHECK(health.Alive(start + absl::Seconds(59)).status == 200);
  CHECK(health.Alive(start + absl::Seconds(60)).status == 503);
  CHECK(health.Alive(start + absl::Seconds(90)).body == "the loop has not turned for 1m30s\n");
}

}  // namespace
}  // namespace muster::daemon
