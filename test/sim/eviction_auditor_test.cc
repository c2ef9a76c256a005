// SPDX-License-Identifier: Apache-2.0
// The auditor of evictions is handed histories that break its promises, one each, and tells; and
// those that come close, and keeps quiet.
#include "scheduler/sim/eviction_auditor.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/state/witness.h"

namespace muster::sim {
namespace {

// Pods go to a node and away only as a test says; what a scheduler would have decided is made up.
class World {
 public:
  World()
      : api_(&timeline_),
        workload_(&timeline_, &api_, Random(1)),
        auditor_(&timeline_, &api_, &workload_, &faults_, /*knows_gangs=*/true),
        evictions_(&timeline_, &api_, &workload_, &faults_, &auditor_) {
    api_.Watch(&evictions_);
    api_.Watch(&workload_);
    seen_.Hear(QueuesSeen{DefaultQueueConfig()});
    seen_.See(test::MakeNode("n", 64));
    seen_.Hear(Synced{});
  }

  void SubmitGang(const std::string& name, int32_t members, int32_t minimum) {
    codec::Job job = NewJob(name);
    job.kind = codec::JobKind::kGang;
    job.shapes = {{members, Core()}};
    job.minimum = minimum;
    workload_.Add(job);
    Pass(absl::Milliseconds(1));
  }
  void SubmitSpark(const std::string& name, int executors) {
    codec::Job job = NewJob(name);
    job.kind = codec::JobKind::kSpark;
    job.spark.driver = Core();
    job.spark.conf["spark.executor.instances"] = absl::StrCat(executors);
    workload_.Add(job);
    Pass(absl::Milliseconds(1));
    Run(name + "-driver");
    Pass(absl::Seconds(10));
    for (int i = 1; i <= executors; ++i) Run(absl::StrCat(name, "-exec-", i));
  }

  const Pod& Find(const std::string& name) const {
    const Pod* pod = api_.FindNamed("default", name);
    REQUIRE(pod != nullptr);
    return *pod;
  }
  loop::PodRef Ref(const std::string& name) const { return {Find(name).uid, "default", name}; }
  void Bind(const std::string& name) { REQUIRE(api_.Bind(loop::BindPod{Ref(name), "n", {}}).ok()); }
  void Run(const std::string& name) {
    Bind(name);
    api_.SetPhase(Find(name).uid, PodPhase::kRunning);
  }
  // As its owner would.
  void Create(Pod pod) {
    const Job* owner = workload_.OwnerOf(api_.Create(std::move(pod)));
    CHECK(owner == nullptr);
  }
  void Evict(const std::string& name) { REQUIRE(api_.Evict(Ref(name), false).ok()); }
  void End(const std::string& name) { api_.SetPhase(Find(name).uid, PodPhase::kSucceeded); }
  void Refuse(const std::string& name) {
    evictions_.OnRefused(EvictionRefused{{Find(name).uid}, 429, "a budget"});
  }
  void Pass(absl::Duration time) { timeline_.AdvanceTo(timeline_.now() + time); }
  Faults& faults() { return faults_; }
  Timeline& timeline() { return timeline_; }

  // A plan that evicts pods of `victim` for the gang `taker`.
  void Decide(const std::string& taker, const std::vector<std::string>& victims) {
    for (const auto& [uid, pod] : api_.pods()) seen_.See(pod);
    seen_.now = timeline_.now();
    Claim claim;
    claim.gang = seen_.GangOf(Find(taker + "-0")).id;
    claim.room = {
        {seen_.state.pod(seen_.pod(Find(taker + "-0"))).footing.role, seen_.node("n"), 1}};
    for (const std::string& name : victims) {
      const Pod& pod = Find(name);
      claim.victims.push_back(Victim{seen_.GangOf(pod).id, true, {}, {seen_.pod(pod)}});
    }
    Plan plan;
    plan.claims = {claim};
    seen_.state.Assume(plan, seen_.now);
    evictions_.OnPlan(seen_.state, plan);
  }

  // The one complaint, or "".
  std::string Complaint() const {
    REQUIRE(auditor_.violations().size() <= 1);
    return auditor_.violations().empty() ? "" : auditor_.violations().front();
  }

 private:
  static codec::Job NewJob(const std::string& name) {
    codec::Job job;
    job.name = name;
    job.recreate = false;
    return job;
  }
  static RoleSpec Core() {
    RoleSpec role;
    role.requests.Set(kCpu, 1000);
    return role;
  }

  Timeline timeline_;
  ApiServer api_;
  Workload workload_;
  Faults faults_;
  Auditor auditor_;
  EvictionAuditor evictions_;
  test::Witness seen_;
};

constexpr absl::Duration kLong = absl::Minutes(5);

TEST_CASE("a gang that is cut below its minimum and left is told of") {
  World world;
  world.SubmitGang("g", 4, 3);
  for (int i = 0; i < 4; ++i) world.Run(absl::StrCat("g-", i));
  world.Evict("g-3");
  SECTION("one above the minimum may go") {
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
  SECTION("two may not") {
    world.Evict("g-2");
    world.Pass(kLong);
    CHECK(absl::StrContains(world.Complaint(),
                            "gang default/g was evicted in part: 2 of 4 are left, and its minimum "
                            "is 3"));
  }
  SECTION("all may") {
    for (const char* name : {"g-0", "g-1", "g-2"}) world.Evict(name);
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
  SECTION("what ends by itself is not evicted") {
    world.End("g-1");
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
  SECTION("a fault in between excuses it") {
    world.Evict("g-2");
    world.faults().Strike(world.timeline().now());
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
}

TEST_CASE("a driver without its executors, and executors without their driver, are told of") {
  World world;
  world.SubmitSpark("s", 2);
  SECTION("the driver stays") {
    world.Evict("s-exec-1");
    world.Evict("s-exec-2");
    world.Pass(kLong);
    CHECK(absl::StrContains(world.Complaint(),
                            "1 of 3 are left, and its minimum is 3, the driver among them"));
  }
  SECTION("the executors stay") {
    world.Evict("s-driver");
    world.Pass(kLong);
    CHECK(absl::StrContains(world.Complaint(), "2 of 3 are left, and its minimum is 3"));
  }
  SECTION("all go") {
    for (const char* name : {"s-driver", "s-exec-1", "s-exec-2"}) world.Evict(name);
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
}

TEST_CASE("an executor that is bound after its driver was evicted is told of") {
  World world;
  world.SubmitSpark("s", 1);
  world.Evict("s-exec-1");
  world.Evict("s-driver");
  const bool late = GENERATE(true, false);
  if (late) {
    Pod pod = world.Find("s-exec-1");
    pod.name = "s-exec-2";
    pod.node_name.clear();
    pod.deleting = false;
    pod.phase = PodPhase::kPending;
    world.Create(pod);
    world.Bind("s-exec-2");
  }
  CHECK(absl::StrContains(world.Complaint(),
                          "executor default/s-exec-2 is bound although its "
                          "driver was evicted") == late);
}

TEST_CASE("an eviction for a gang that does not start is told of") {
  World world;
  world.SubmitGang("low", 1, 1);
  world.Run("low-0");
  world.SubmitGang("high", 1, 1);
  world.Decide("high", {"low-0"});
  SECTION("it does not start") {
    world.Evict("low-0");
    world.Pass(kLong);
    CHECK(absl::StrContains(world.Complaint(),
                            "useless eviction: 1 pods were evicted for "
                            "default/high, which did not start"));
  }
  SECTION("it starts") {
    world.Evict("low-0");
    world.Pass(absl::Seconds(1));
    world.Run("high-0");
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
  SECTION("nothing was evicted in the end") {
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
  SECTION("a part was refused") {
    world.Evict("low-0");
    world.Refuse("low-0");
    world.Pass(kLong);
    CHECK(world.Complaint().empty());
  }
}

TEST_CASE("a second eviction for the same gang is told of") {
  World world;
  for (const char* name : {"low", "old"}) {
    world.SubmitGang(name, 1, 1);
    world.Run(absl::StrCat(name, "-0"));
  }
  world.SubmitGang("high", 1, 1);
  world.Decide("high", {"low-0"});
  const bool refused = GENERATE(false, true);
  if (refused) {
    world.Refuse("low-0");
  } else {
    world.Evict("low-0");
  }
  world.Pass(absl::Seconds(1));
  world.Decide("high", {"old-0"});
  CHECK(absl::StrContains(world.Complaint(),
                          "gang default/high has others evicted again: 1 pods "
                          "were evicted for it before") == !refused);
}

}  // namespace
}  // namespace muster::sim
