// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/metrics/drift.h"

#include <catch2/catch.hpp>

#include "test/daemon/cluster.h"

namespace muster::daemon {
namespace {

class HandClock : public kube::BootClock {
 public:
  absl::Duration Now() const override { return now; }
  absl::Duration now = absl::Hours(1);
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the books are audited at once and then once a minute") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  cluster.AddPod("a", 1);
  Metrics metrics(cluster.now);
  Log log(-1, LogLevel::kError);
  HandClock clock;
  Drift drift(clock, &metrics, &log);
  drift.Look(cluster.state());
  CHECK(Has(metrics.Render(cluster.now), "muster_drift 0\n"));
  CHECK(Has(metrics.Render(cluster.now), "muster_audits_total 1\n"));
  clock.now += absl::Seconds(59);
  drift.Look(cluster.state());
  CHECK(Has(metrics.Render(cluster.now), "muster_audits_total 1\n"));
  clock.now += absl::Seconds(1);
  drift.Look(cluster.state());
  CHECK(Has(metrics.Render(cluster.now), "muster_audits_total 2\n"));
}

}  // namespace
}  // namespace muster::daemon
