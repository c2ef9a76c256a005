// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/decision_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "scheduler/daemon/view/chronicle.h"
#include "test/daemon/cluster.h"

namespace muster::daemon {
namespace {

// The lines written since the last call.
class Written {
 public:
  Written() { REQUIRE(pipe2(ends_, O_NONBLOCK) == 0); }
  ~Written() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int end() const { return ends_[1]; }
  std::string Lines() {
    char bytes[65536];
    const ssize_t size = read(ends_[0], bytes, sizeof(bytes));
    return size > 0 ? std::string(bytes, static_cast<size_t>(size)) : "";
  }

 private:
  int ends_[2];
};

TEST_CASE("a gang's start and its wait are one line each, with reason, numbers and wait") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Written written;
  Log log(written.end(), LogLevel::kInfo);
  DecisionRing ring;
  Chronicle chronicle(&ring, [&log](const Decided& decided) { LogDecision(decided, &log); });
  for (const char* name : {"a", "b"}) cluster.AddPod(name, 1, "", "small", 2);
  cluster.now += absl::Seconds(5);
  cluster.Decide(&chronicle);
  std::string lines = written.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
  CHECK(
      lines.find("\"gang\":\"team/small\",\"queue\":\"default\",\"verdict\":\"start\",\"placed\":2,"
                 "\"held\":0,\"minimum\":2,\"wait_seconds\":5}") != std::string::npos);

  cluster.AddPod("c", 3);
  const Plan last = cluster.Decide(&chronicle);
  CHECK(written.Lines().empty());
  cluster.now += absl::Seconds(1);
  chronicle.Flush(cluster.state(), last, cluster.now);
  lines = written.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
  CHECK(lines.find("\"gang\":\"team/c\",\"queue\":\"default\",\"verdict\":\"wait\",\"reason\":"
                   "\"CapacityShort\",\"detail\":\"gang needs 3 cpu, 2") != std::string::npos);
}

TEST_CASE("a wait for the same reason is not said again; another gang of the name is another") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Written written;
  Log log(written.end(), LogLevel::kInfo);
  DecisionRing ring;
  Chronicle chronicle(&ring, [&log](const Decided& decided) { LogDecision(decided, &log); });
  cluster.AddPod("a", 8);
  cluster.Decide(&chronicle);
  cluster.now += absl::Seconds(1);
  cluster.Decide(&chronicle);
  CHECK_FALSE(written.Lines().empty());
  for (int i = 0; i < 100; ++i) {
    cluster.now += absl::Seconds(1);
    cluster.Decide(&chronicle);
  }
  CHECK(written.Lines().empty());
  cluster.Tell(PodGone{"uid-a"});
  cluster.AddPod("b", 8);
  const Plan last = cluster.Decide(&chronicle);
  cluster.now += absl::Seconds(1);
  chronicle.Flush(cluster.state(), last, cluster.now);
  CHECK(written.Lines().find("\"gang\":\"team/b\"") != std::string::npos);
}

TEST_CASE("an eviction is one line a victim: why, how many pods, and for whom") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Written written;
  Log log(written.end(), LogLevel::kInfo);
  DecisionRing ring;
  Chronicle chronicle(&ring, [&log](const Decided& decided) { LogDecision(decided, &log); });
  for (const char* name : {"a", "b"}) cluster.AddPod(name, 2);
  cluster.Decide(&chronicle);
  cluster.AddPod("big", 4);
  written.Lines();
  Plan plan;
  plan.claims.push_back({cluster.GangOf("big"), {}, {}, {}});
  const PodId a = cluster.state().FindPod("uid-a");
  const PodId b = cluster.state().FindPod("uid-b");
  plan.claims[0].victims = {{cluster.GangOf("a"), true, EvictionCause::kReclaim, {a}},
                            {cluster.GangOf("b"), false, EvictionCause::kOverrun, {b}}};
  chronicle.OnCycle(cluster.state(), plan, cluster.now);
  const std::string lines = written.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  CHECK(lines.find("\"gang\":\"team/a\",\"queue\":\"default\",\"verdict\":\"evict\",\"cause\":"
                   "\"reclaim\",\"pods\":1,\"for\":\"team/big\"}") != std::string::npos);
  CHECK(lines.find("\"verdict\":\"shrink\",\"cause\":\"overrun\"") != std::string::npos);
}

TEST_CASE("a gang that starts within a moment is not said to wait; one that went is not either") {
  Cluster cluster;
  cluster.AddNode("node-a", 4);
  Written written;
  Log log(written.end(), LogLevel::kInfo);
  DecisionRing ring;
  Chronicle chronicle(&ring, [&log](const Decided& decided) { LogDecision(decided, &log); });
  cluster.AddPod("a", 1, "", "pair", 2);
  cluster.AddPod("gone", 8);
  cluster.Decide(&chronicle);
  cluster.AddPod("b", 1, "", "pair", 2);
  cluster.Tell(PodGone{"uid-gone"});
  const Plan last = cluster.Decide(&chronicle);
  cluster.now += absl::Minutes(1);
  chronicle.Flush(cluster.state(), last, cluster.now);
  const std::string lines = written.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
  CHECK(lines.find("\"verdict\":\"start\"") != std::string::npos);
}

}  // namespace
}  // namespace muster::daemon
