// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/drift.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "test/daemon/cluster.h"
#include "test/kube/hand_clock.h"

namespace muster::daemon {
namespace {

TEST_CASE("the books are audited at once and then once a minute") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  cluster.AddPod("a", 1);
  Metrics metrics(cluster.now);
  Log log(-1, LogLevel::kError);
  kube::HandClock clock;
  Drift drift(clock, &metrics, &log);
  drift.Look(cluster.state());
  CHECK(absl::StrContains(metrics.Render(cluster.now), "muster_drift 0\n"));
  CHECK(absl::StrContains(metrics.Render(cluster.now), "muster_audits_total 1\n"));
  clock.Advance(absl::Seconds(59));
  drift.Look(cluster.state());
  CHECK(absl::StrContains(metrics.Render(cluster.now), "muster_audits_total 1\n"));
  clock.Advance(absl::Seconds(1));
  drift.Look(cluster.state());
  CHECK(absl::StrContains(metrics.Render(cluster.now), "muster_audits_total 2\n"));
}

}  // namespace
}  // namespace muster::daemon
