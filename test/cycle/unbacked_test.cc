// SPDX-License-Identifier: Apache-2.0
// `autoscale: driver`: a driver that has lacked nodes for its executors for a while begins without
// them, so that they become pods that node autoscalers see.
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "scheduler/cycle/cycle.h"
#include "test/cycle/laws.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

QueueSpec Scaling(const std::string& name, ResourceList max = {}) {
  QueueSpec queue = Leaf(name, std::move(max));
  queue.autoscale = Autoscale::kDriver;
  return queue;
}

// One node of 4 cores. A job of a 1-core driver and `executors` of 2 cores.
struct Cluster : Witness {
  explicit Cluster(QueueSpec queue, int64_t cores = 4) {
    Configure(std::move(queue));
    See(MakeNode("n1", cores));
    Hear(Synced{});
  }
  void Configure(QueueSpec queue) {
    QueueConfig config;
    config.queues = {std::move(queue), Leaf("other")};
    Hear(QueuesSeen{config});
  }
  Pod Job(const std::string& app, int32_t executors, int64_t created = 0) {
    Pod driver = Driver(app, 1, created);
    driver.queue = "q";
    See(driver);
    Hear(ForecastSeen{driver.uid, Executors(executors, executors)});
    return driver;
  }
  Pod Single(const std::string& name, const std::string& queue, int64_t cores, int64_t created) {
    Pod pod = MakePod(name, cores, created);
    pod.queue = queue;
    See(pod);
    return pod;
  }
  // One decision, assumed: its steps and whom it refused, in names.
  std::string Decide() {
    last = Cycle(state, profile, now);
    const std::string named = Named(state, last);
    state.Assume(last, now);
    CheckBooks();
    return named;
  }
  // Only what is decided, without the words of reasons.
  std::string Steps() {
    std::string steps;
    for (const absl::string_view line : absl::StrSplit(Decide(), '\n')) {
      if (!absl::StartsWith(line, "verdict")) absl::StrAppend(&steps, line, "\n");
    }
    return steps;
  }
  Reason ReasonOf(const Pod& pod) const {
    for (const Verdict& verdict : last.verdicts) {
      if (verdict.gang == GangOf(pod).id) return verdict.reason;
    }
    return {};
  }
  // Short for as long as the default says.
  void Wait() {
    CHECK(Steps().empty());
    Pass(kDefaultScaleAfter);
  }
  const Profile profile = MakeProfile("bin-pack");
  Plan last;
};

TEST_CASE("a driver begins on room for itself after scaleAfter of shortage, not before") {
  Cluster c(Scaling("q"));
  const Pod driver = c.Job("spark", 3);
  CHECK(c.Steps().empty());
  CHECK(CuredByNodes(c.ReasonOf(driver)));
  CHECK(c.state.NextTimer() == c.now + absl::Seconds(15));
  c.state.ClearChanged();
  c.Pass(absl::Milliseconds(14'999));
  CHECK_FALSE(c.state.changed());
  CHECK(c.Steps().empty());
  c.Pass(absl::Milliseconds(1));
  CHECK(c.state.changed());
  // The executor that fits is held.
  CHECK(c.Steps() == "step 0 ns/spark: spark-driver@n1 hold 1@n1\n");
}

TEST_CASE("where the queue does not say so a driver waits for room for all") {
  Cluster c(Leaf("q"));
  const Pod driver = c.Job("spark", 3);
  c.Wait();
  CHECK(c.Steps().empty());
}

TEST_CASE("where no nodes are bought for executors the reason says so") {
  Cluster c(Leaf("q"), 8);
  c.Single("first", "q", 4, 0);
  c.Steps();
  const Pod driver = c.Job("spark", 3, 1);
  CHECK(c.Steps().empty());
  CHECK(absl::StrContains(Message(c.ReasonOf(driver)),
                          "node autoscalers do not see the 3 executors to come "
                          "(autoscale: none)"));
  c.Configure(Scaling("q"));
  CHECK(c.Steps().empty());
  CHECK_FALSE(absl::StrContains(Message(c.ReasonOf(driver)), "autoscalers"));
}

TEST_CASE("a gang whose members exist is seen by node autoscalers in any queue") {
  Cluster c(Leaf("q"), 8);
  c.Single("first", "q", 4, 0);
  c.Steps();
  const Pod second = c.Single("second", "q", 5, 1);
  CHECK(c.Steps().empty());
  CHECK(c.ReasonOf(second).code == ReasonCode::kCapacityShort);
  CHECK_FALSE(absl::StrContains(Message(c.ReasonOf(second)), "autoscalers"));
}

TEST_CASE("time behind a limit is no time of shortage") {
  Cluster c(Scaling("q", Cpu(7)));
  const Pod first = c.Single("first", "q", 1, 0);
  CHECK(c.Steps() == "step 0 ns/first: first@n1\n");
  const Pod driver = c.Job("spark", 3, 1);
  c.Wait();
  CHECK(c.ReasonOf(driver).code == ReasonCode::kQueueQuota);
  c.Pass(absl::Minutes(5));
  CHECK(c.Steps().empty());
  CHECK(c.ReasonOf(driver).code == ReasonCode::kQueueQuota);
  c.Gone(first);
  c.Wait();
  CHECK(c.Steps() == "step 0 ns/spark: spark-driver@n1 hold 1@n1\n");
}

TEST_CASE("short of quota nothing begins and nothing is shown to autoscalers") {
  Cluster c(Scaling("q", Cpu(8)));
  c.Single("first", "q", 2, 0);
  c.Decide();
  const Pod driver = c.Job("spark", 3, 1);
  c.Wait();
  CHECK(c.Steps().empty());
  CHECK(c.ReasonOf(driver).code == ReasonCode::kQueueQuota);
  CHECK_FALSE(CuredByNodes(c.ReasonOf(driver)));

  // Nor where no node could ever hold it as the cluster is now, or none admits it.
  Pod picky = Driver("picky", 1, 2);
  picky.queue = "q";
  picky.role.node_selector = {{"pool", "spark"}};
  c.See(picky);
  c.Hear(ForecastSeen{picky.uid, Executors(3, 3)});
  c.Wait();
  CHECK_FALSE(CuredByNodes(c.ReasonOf(picky)));
}

TEST_CASE("the whole minimum is charged: nobody takes its quota while nodes are bought") {
  Cluster c(Scaling("q", Cpu(8)));
  const Pod driver = c.Job("spark", 3);
  c.Wait();
  CHECK(c.Steps() == "step 0 ns/spark: spark-driver@n1 hold 1@n1\n");
  const Pod next = c.Single("next", "q", 2, 5);
  const auto refused = [&] {
    c.Decide();
    const Reason reason = c.ReasonOf(next);
    CHECK(reason.code == ReasonCode::kQueueQuota);
    CHECK(reason.have == 7000);
  };
  c.See(MakeNode("n2", 1));
  refused();  // its bind is on the way
  c.See(On(driver, "n1"));
  refused();
  for (int i = 0; i < 3; ++i) c.See(Executor("spark", i));
  refused();
  // Nor does the repair of another: what it is promised has a place in the queue.
  c.See(MakeNode("n3", 16));
  CHECK(c.Steps() == "step 3 ns/spark: spark-exec-1@n3 spark-exec-2@n3\n");
  CHECK(c.ReasonOf(next).code == ReasonCode::kQueueQuota);
}

TEST_CASE("executors that wait for nodes are all shown, and repaired before new starts") {
  Cluster c(Scaling("q"));
  const Pod driver = c.Job("spark", 3);
  c.Wait();
  c.Decide();
  c.See(On(driver, "n1"));
  for (int i = 0; i < 3; ++i) c.See(Executor("spark", i));
  CHECK(c.Steps() == "step 2 ns/spark: spark-exec-0 held@n1\n");
  const Reason reason = c.ReasonOf(driver);
  CHECK(reason.code == ReasonCode::kRepairing);
  CHECK(CuredByNodes(reason));
  CHECK(reason.have == 2);
  CHECK(reason.need == 4);
  c.Single("urgent", "other", 4, 1);
  c.See(MakeNode("n2", 4));
  CHECK(c.Steps() == "step 3 ns/spark: spark-exec-1@n2 spark-exec-2@n2\n");
}

TEST_CASE("room that comes before the executors is held for them") {
  Cluster c(Scaling("q"));
  const Pod driver = c.Job("spark", 3);
  c.Wait();
  c.Decide();
  c.See(On(driver, "n1"));
  c.Single("urgent", "other", 4, 1);
  c.See(MakeNode("n2", 4));
  CHECK(c.Steps() == "step 5 ns/spark: hold 2@n2\n");
}

TEST_CASE("at most maxUnbacked gangs of a queue wait for nodes like that") {
  for (const int32_t most : {1, 2}) {
    QueueSpec queue = Scaling("q");
    queue.max_unbacked = most;
    Cluster c(queue);
    const Pod a = c.Job("a", 9, 0);
    const Pod b = c.Job("b", 9, 1);
    const Pod d = c.Job("d", 9, 2);
    c.Wait();
    CHECK(c.Steps() == "step 0 ns/a: a-driver@n1 hold 1@n1\n");
    // Its bind is on the way, and then it is bound.
    c.Wait();
    c.See(On(a, "n1"));
    CHECK(c.Steps() == (most == 1 ? "" : "step 0 ns/b: b-driver@n1\n"));
    c.Wait();
    CHECK(c.Steps().empty());
    c.See(MakeNode("n2", 64));
    CHECK(absl::StrContains(c.Steps(), "step 5 ns/a: hold 8@n2"));
  }
}

TEST_CASE("a driver without room for itself waits, and says so to autoscalers") {
  Cluster c(Scaling("q"));
  c.See(Foreign("full", 4, "n1"));
  const Pod driver = c.Job("spark", 3);
  c.Wait();
  CHECK(c.Steps().empty());
  CHECK(CuredByNodes(c.ReasonOf(driver)));
  c.See(MakeNode("n2", 1));
  CHECK(c.Steps() == "step 0 ns/spark: spark-driver@n2\n");
}

TEST_CASE("where nodes are bought the cluster as it is makes nothing impossible") {
  for (const bool scales : {false, true}) {
    Cluster c(scales ? Scaling("q") : Leaf("q"));
    const Pod driver = c.Job("spark", 9);
    c.Decide();
    const ReasonCode code = c.ReasonOf(driver).code;
    CHECK(code == (scales ? ReasonCode::kCapacityShort : ReasonCode::kNeverFits));
    // Nor does what another queue was told of the same shape.
    Pod same = Driver("same", 1, 1);
    same.queue = "other";
    c.See(same);
    c.Hear(ForecastSeen{same.uid, Executors(9, 9)});
    c.Decide();
    CHECK(c.ReasonOf(same).code == ReasonCode::kNeverFits);
    CHECK(c.ReasonOf(driver).code == code);
  }
}

TEST_CASE("a pool that is empty yet is a shortage, too") {
  Cluster c(Scaling("q"));
  Pod driver = Driver("spark");
  driver.queue = "q";
  c.See(driver);
  Forecast forecast = Executors(2, 2);
  forecast.executor.node_selector = {{"pool", "spot"}};
  c.Hear(ForecastSeen{driver.uid, forecast});
  c.Wait();
  CHECK(c.ReasonOf(driver).code == ReasonCode::kPredicate);
  CHECK(c.Steps() == "step 0 ns/spark: spark-driver@n1\n");
}

TEST_CASE("executors that exist and wait for nodes keep their promise when holds run out") {
  Cluster c(Scaling("q"));
  Pod driver = c.Job("spark", 3);
  c.Wait();
  c.Decide();
  driver = On(driver, "n1");
  c.See(driver);
  for (int i = 0; i < 3; ++i) c.See(Executor("spark", i));
  c.Decide();
  c.Pass(absl::Hours(1));
  c.Decide();
  CHECK(CuredByNodes(c.ReasonOf(driver)));
  c.Single("urgent", "other", 4, 1);
  c.See(MakeNode("n2", 4));
  CHECK(c.Steps() == "step 3 ns/spark: spark-exec-1@n2 spark-exec-2@n2\n");
}

}  // namespace
}  // namespace muster::test
