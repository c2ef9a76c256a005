// SPDX-License-Identifier: Apache-2.0
// The simulated cluster behaves as the real one towards a scheduler.
#include <catch2/catch.hpp>

#include "scheduler/sim/api_server.h"
#include "scheduler/sim/kubelets.h"
#include "scheduler/sim/random.h"
#include "scheduler/sim/spark_submit.h"
#include "scheduler/sim/timeline.h"

namespace muster::sim {
namespace {

Pod NewPod(const std::string& name, int64_t cpu = 1000) {
  Pod pod;
  pod.ns = "ns";
  pod.name = name;
  pod.scheduler_name = "muster";
  pod.role.requests.Set(kCpu, cpu);
  pod.grace = codec::kAtOnce;
  return pod;
}

Node NewNode(const std::string& name) {
  Node node;
  node.name = name;
  node.allocatable = ResourceList{{kCpu, 2000}, {kPods, 110}};
  return node;
}

loop::BindPod Bind(const std::string& uid, const std::string& name, const std::string& node) {
  loop::BindPod bind;
  bind.pod = {uid, "ns", name};
  bind.node = node;
  bind.stamp.queue = "default";
  bind.stamp.gang = name;
  bind.stamp.minimum = 3;
  return bind;
}

TEST_CASE("the generator is splitmix64") {
  Random random(1234567);
  CHECK(random.Next() == 6457827717110365317u);
  CHECK(random.Next() == 3203168211198807973u);
  for (int i = 0; i < 1000; ++i) {
    const int64_t value = random.Between(-3, 4);
    CHECK(value >= -3);
    CHECK(value <= 4);
  }
}

TEST_CASE("time passes in order, and what is canceled does not happen") {
  Timeline timeline;
  std::string happened;
  timeline.After(absl::Seconds(2), [&] { happened += "c"; });
  timeline.After(absl::Seconds(1), [&] { happened += "a"; });
  timeline.After(absl::Seconds(1), [&] { happened += "b"; });
  const Timeline::Ticket never = timeline.After(absl::Seconds(1), [&] { happened += "x"; });
  CHECK(timeline.work_left() == 4);
  timeline.Cancel(never);
  CHECK(timeline.work_left() == 3);
  timeline.AdvanceTo(kStart + absl::Milliseconds(1500));
  CHECK(happened == "ab");
  CHECK(timeline.elapsed() == absl::Milliseconds(1500));
  timeline.AdvanceTo(kStart + absl::Seconds(5));
  CHECK(happened == "abc");
  CHECK(timeline.work_left() == 0);
}

TEST_CASE("a bind is refused for a pod that is bound, gated, deleting, gone or another") {
  Timeline timeline;
  ApiServer api(&timeline);
  const std::string uid = api.Create(NewPod("a"));
  CHECK(api.Bind(Bind("other", "a", "n")).code == 409);
  CHECK(api.Bind(Bind(uid, "none", "n")).code == 404);
  CHECK(api.Bind(Bind(uid, "a", "n")).ok());
  REQUIRE(api.Find(uid)->stamp.has_value());
  CHECK(api.Find(uid)->stamp->minimum == 3);
  CHECK(api.Bind(Bind(uid, "a", "n")).code == 409);
  CHECK(api.binds() == 1);

  Pod gated = NewPod("gated");
  gated.gated = true;
  const std::string gated_uid = api.Create(gated);
  CHECK(api.Bind(Bind(gated_uid, "gated", "n")).code == 422);
  api.Ungate(gated_uid);
  CHECK(api.Bind(Bind(gated_uid, "gated", "n")).ok());

  api.Delete(uid);
  CHECK(api.Find(uid)->deleting);
  CHECK(api.Bind(Bind(uid, "a", "n")).code == 409);
  api.Remove(uid);
  const std::string again = api.Create(NewPod("a"));
  CHECK(again != uid);
  CHECK(api.Bind(Bind(uid, "a", "n")).code == 409);
  CHECK(api.Create(NewPod("a")).empty());
}

TEST_CASE("a kubelet runs what it has room for and refuses the rest") {
  Timeline timeline;
  ApiServer api(&timeline);
  Kubelets kubelets(&timeline, &api, Random(1), absl::Seconds(2));
  api.Watch(&kubelets);
  api.PutNode(NewNode("n"));
  const std::string first = api.Create(NewPod("first", 1500));
  const std::string second = api.Create(NewPod("second", 1500));
  CHECK(api.Bind(Bind(first, "first", "n")).ok());
  timeline.AdvanceTo(kStart + absl::Seconds(3));
  CHECK(api.Bind(Bind(second, "second", "n")).ok());
  timeline.AdvanceTo(kStart + absl::Seconds(6));
  CHECK(api.Find(first)->phase == PodPhase::kRunning);
  CHECK(api.Find(second)->phase == PodPhase::kFailed);
  CHECK(kubelets.rejected() == 1);

  api.Delete(first);
  timeline.AdvanceTo(kStart + absl::Seconds(8));
  CHECK(api.Find(first) == nullptr);

  Pod slow = NewPod("slow");
  slow.grace = absl::Seconds(30);
  const std::string slow_uid = api.Create(slow);
  CHECK(api.Bind(Bind(slow_uid, "slow", "n")).ok());
  timeline.AdvanceTo(kStart + absl::Seconds(12));
  api.Delete(slow_uid);
  timeline.AdvanceTo(kStart + absl::Seconds(41));
  CHECK(api.Find(slow_uid) != nullptr);
  timeline.AdvanceTo(kStart + absl::Seconds(43));
  CHECK(api.Find(slow_uid) == nullptr);
}

TEST_CASE("pods of a node that does not exist are collected") {
  Timeline timeline;
  ApiServer api(&timeline);
  Kubelets kubelets(&timeline, &api, Random(1), absl::Seconds(2));
  api.Watch(&kubelets);
  api.PutNode(NewNode("n"));
  const std::string here = api.Create(NewPod("here"));
  const std::string lost = api.Create(NewPod("lost"));
  CHECK(api.Bind(Bind(here, "here", "n")).ok());
  // The API server does not look at nodes.
  CHECK(api.Bind(Bind(lost, "lost", "nowhere")).ok());
  timeline.AdvanceTo(kStart + absl::Seconds(1));
  api.RemoveNode("n");
  timeline.AdvanceTo(kStart + absl::Milliseconds(2500));
  CHECK(api.Find(here) != nullptr);
  CHECK(api.Find(lost) == nullptr);
  timeline.AdvanceTo(kStart + absl::Seconds(4));
  CHECK(api.Find(here) == nullptr);
}

TEST_CASE("spark.properties is written as Java writes it, and read back by the real parser") {
  codec::Job job;
  job.name = "pi";
  job.ns = "team-a";
  job.spark.conf["spark.executor.instances"] = "4";
  job.spark.conf["spark.executor.memory"] = "1g";
  job.spark.conf["spark.executor.extraJavaOptions"] = "-Dx.y=\"a b\" -Dz=c:\\d #!";
  job.spark.conf["spark.kubernetes.node.selector.pool"] = "spark";
  const auto read = codec::ParseProperties(RenderProperties(job, "spark-1"));
  REQUIRE(read.ok());
  for (const auto& [key, value] : job.spark.conf) CHECK(read->at(key) == value);
  const Forecast forecast = ForecastOf(job);
  CHECK(forecast.config_error.empty());
  CHECK(forecast.start == 4);
  CHECK(forecast.executor.requests.Get(kMemory) == int64_t{1408} << 20);
  CHECK(forecast.executor.node_selector == Labels{{"pool", "spark"}});
  CHECK(DriverNodeSelector(job.spark) == Labels{{"pool", "spark"}});
}

}  // namespace
}  // namespace muster::sim
