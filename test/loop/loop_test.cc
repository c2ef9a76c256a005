// SPDX-License-Identifier: Apache-2.0
// The loop in a scripted world: what is decided when, and what follows from the API server's
// answers.
#include "test/loop/scripted_world.h"

namespace muster::loop::test {
namespace {

struct TwoNodes : ScriptedWorld {
  TwoNodes() {
    See(MakeNode("n1", 4));
    See(MakeNode("n2", 4));
    Tell(Synced{});
  }
};

TEST_CASE("nothing is decided before every kind is listed") {
  ScriptedWorld world;
  world.See(MakeNode("n1", 4));
  world.See(MakePod("p"));
  world.Run(absl::Seconds(30));
  CHECK(world.binds.empty());
  CHECK(world.conditions.empty());
  world.Tell(Synced{});
  world.Run();
  CHECK(world.BindsOf(MakePod("p")) == 1);
}

TEST_CASE(
    "the end of each step is told once decisions may begin, and the state stands till the next") {
  ScriptedWorld world;
  world.See(MakeNode("n1", 4));
  world.See(MakePod("p"));
  world.Run(absl::Seconds(30));
  CHECK(world.steps.empty());
  world.Tell(Synced{});
  world.Run();
  REQUIRE_FALSE(world.steps.empty());
  CHECK(world.steps.back().first == world.Now());
  CHECK(world.steps.back().second == world.state().changes().end());
  const size_t before = world.steps.size();
  world.Accept(MakePod("p"));
  world.Run();
  CHECK(world.steps.size() > before);
  CHECK(world.steps.back().second == world.state().changes().end());
}

TEST_CASE("a bind carries its gang's stamp, and the driver's what is held with it") {
  TwoNodes world;
  const Pod driver = Driver("app");
  world.See(driver);
  world.Run();
  REQUIRE(world.forecasts.size() == 1);
  CHECK(world.forecasts[0].conf_map == "app-conf");
  CHECK(world.binds.empty());
  world.Tell(ForecastSeen{driver.uid, Executors(3, 1)});
  world.Run();
  REQUIRE(world.binds.size() == 1);
  const Stamp& stamp = world.binds[0].stamp;
  CHECK(stamp.queue == "default");
  CHECK(stamp.gang == "app");
  CHECK(stamp.minimum == 4);
  CHECK(stamp.user == "ns/default");
  CHECK(stamp.hold == 3);
  CHECK(stamp.hold_nodes == "n1=2,n2=1");
  CHECK(stamp.at == world.Now());
  REQUIRE(world.events.size() == 1);
  CHECK(world.events[0].note ==
        "gang ns/app starts whole: 1 member bound, room for 3 more held, in queue default");
}

TEST_CASE("while an answer is out the placement stands, and nobody is bound twice") {
  TwoNodes world;
  const Pod a = MakePod("a", 4), b = MakePod("b", 4), c = MakePod("c", 4);
  world.See(a);
  world.See(b);
  world.Run();
  CHECK(world.binds.size() == 2);
  world.See(c);
  world.Run(absl::Minutes(2));
  CHECK(world.binds.size() == 2);
  CHECK(world.BindsOf(c) == 0);
  world.Accept(a);
  world.Accept(b);
  world.Run(absl::Minutes(2));
  CHECK(world.binds.size() == 2);
}

TEST_CASE("a half-bound gang is completed on another node at once") {
  TwoNodes world;
  const Pod a = Member("g", 0, 2, 3), b = Member("g", 1, 2, 3);
  world.See(a);
  world.See(b);
  world.Run();
  REQUIRE(world.binds.size() == 2);
  world.Accept(a);
  const std::string other = world.NodeOf(b);
  world.See(MakeNode("n3", 4));
  world.Tell(NodeGone{other});
  world.Refuse(b);
  world.Run();
  CHECK(world.BindsOf(b) == 2);
  CHECK(world.NodeOf(b) == "n3");
  world.Accept(b);
  world.Run();
  CHECK(world.deletes.empty());
  CHECK(world.state().attention().empty());
}

TEST_CASE("a half-bound gang that cannot be completed is released within five seconds") {
  TwoNodes world;
  const Pod a = Member("g", 0, 2, 3), b = Member("g", 1, 2, 3);
  world.See(a);
  world.See(b);
  world.Run();
  world.Accept(a);
  world.Tell(NodeGone{world.NodeOf(b)});
  world.Refuse(b);
  world.Run();
  const absl::Time accepted = world.Now();
  CHECK(world.deletes.empty());
  while (world.deletes.empty()) {
    world.Run(absl::Milliseconds(100));
    REQUIRE(world.Now() - accepted <= absl::Seconds(5));
  }
  REQUIRE(world.deletes.size() == 1);
  CHECK(world.deletes[0].pod.uid == a.uid);
  world.Run(absl::Minutes(1));
  CHECK(world.deletes.size() == 1);
}

TEST_CASE("a max that is lowered in the middle of a start is not exceeded to complete it") {
  TwoNodes world;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  world.See(a);
  world.See(b);
  world.Run();
  world.Accept(a);
  QueueConfig config = DefaultQueueConfig();
  config.queues[0].max = Cpu(1, 64);
  world.Tell(QueuesSeen{config});
  world.Refuse(b);
  world.Run();
  CHECK(world.BindsOf(b) == 1);
  CHECK(world.state().tree().queues()[1].used[kCpuColumn] == 1000);
  world.Run(absl::Seconds(5));
  CHECK(world.deletes.size() == 1);
}

TEST_CASE("a member refused twice gives the start up; others are not kept waiting") {
  TwoNodes world;
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  world.See(a);
  world.See(b);
  world.Run();
  world.Accept(a);
  world.Refuse(b);
  world.Run();
  CHECK(world.BindsOf(b) == 2);
  world.Refuse(b);
  world.Run();
  REQUIRE(world.deletes.size() == 1);
  CHECK(world.deletes[0].pod.uid == a.uid);
  const Pod c = MakePod("c");
  world.See(c);
  world.Run();
  CHECK(world.BindsOf(c) == 1);
}

TEST_CASE("a start refused whole is tried again after a back-off, and blocks nobody meanwhile") {
  TwoNodes world;
  const Pod head = MakePod("head", 1, 0), next = MakePod("next", 1, 1);
  world.See(head);
  world.Run();
  world.Refuse(head);
  world.See(next);
  world.Run();
  CHECK(world.BindsOf(head) == 1);
  CHECK(world.BindsOf(next) == 1);
  world.Accept(next);
  world.Run(kBackoff - absl::Milliseconds(1));
  CHECK(world.BindsOf(head) == 1);
  CHECK(world.Told(head) ==
        "BindRefused / BindRefused: the API server refused a bind; no, said the webhook; tried "
        "again after a back-off");
  world.Run(absl::Milliseconds(1));
  CHECK(world.BindsOf(head) == 2);
}

TEST_CASE("a started gang is never released") {
  TwoNodes world;
  const Pod a = Member("g", 0, 2, 3), b = Member("g", 1, 2, 3);
  world.See(a);
  world.See(b);
  world.Run();
  world.Accept(a);
  world.Accept(b);
  world.Run();
  const std::string lost = world.NodeOf(b);
  world.Tell(NodeGone{lost});
  world.Tell(PodGone{b.uid});
  const Pod c = Member("g", 2, 2, 3);
  world.See(c);
  world.Run(absl::Minutes(30));
  CHECK(world.deletes.empty());
  CHECK(absl::StartsWith(world.Told(c), "Unschedulable / Repairing: started, 1 of 2 members"));
  world.See(MakePod("later", 3));  // new work waits for the repair
  world.See(MakeNode("n9", 4));
  world.Run();
  CHECK(world.NodeOf(c) == "n9");
  CHECK(world.BindsOf(MakePod("later")) == 0);
}

TEST_CASE("killed after any number of binds, the next daemon completes the gang or releases it") {
  for (int k = 0; k <= 4; ++k) {
    for (bool room : {true, false}) {
      CAPTURE(k, room);
      ScriptedWorld world;
      world.See(MakeNode("n1", room ? 8 : k));
      std::vector<Pod> members;
      for (int i = 0; i < 4; ++i) {
        Pod pod = Member("g", i, 4);
        if (i < k) {
          pod = On(pod, "n1");
          pod.stamp = Stamp{"default", "g", 4, "ns/default", 0, "", At(99)};
        }
        members.push_back(pod);
        world.See(pod);
      }
      world.Tell(Synced{});
      world.Run(absl::Seconds(5));
      const bool whole = room || k == 4;
      CHECK(static_cast<int>(world.binds.size()) == (whole ? 4 - k : 0));
      CHECK(static_cast<int>(world.deletes.size()) == (whole ? 0 : k));
    }
  }
}

TEST_CASE(
    "a config that is read anew changes the scorer and the queues from the next decision on") {
  TwoNodes world;
  world.See(Foreign("other", 1, "n2"));
  const Pod a = MakePod("a"), b = MakePod("b");
  world.See(a);
  world.Run();
  CHECK(world.NodeOf(a) == "n2");  // packed beside the other
  QueueConfig config = DefaultQueueConfig();
  config.scorer = "spread";
  world.Tell(QueuesSeen{config});
  world.See(b);
  world.Run();
  CHECK(world.NodeOf(b) == "n1");
}

TEST_CASE("how long an app ran is written when it has ended") {
  ScriptedWorld w;
  w.See(MakeNode("n", 8));
  w.Tell(Synced{});
  Pod pod = MakePod("p");
  pod.app = "etl";
  w.See(pod);
  w.Run();
  w.Accept(pod);
  w.Run(absl::Minutes(5));
  CHECK(w.memories.empty());
  w.See(On(pod, "n", PodPhase::kSucceeded));
  w.Run(absl::Hours(1));
  REQUIRE(w.memories.size() == 1);
  REQUIRE(w.memories[0].run_times.size() == 1);
  CHECK(w.memories[0].run_times[0].seconds == std::vector<int64_t>{300});
}

TEST_CASE("that a gang no longer looks started is written at once") {
  ScriptedWorld w;
  w.See(MakeNode("n", 8));
  w.Tell(Synced{});
  Pod past = MakePod("past");
  past.app = "etl";
  const Pod a = Member("g", 0, 2), b = Member("g", 1, 2);
  for (const Pod& pod : {past, a, b}) w.See(pod);
  w.Run();
  for (const Pod& pod : {past, a, b}) w.Accept(pod);
  w.Run();
  w.See(On(past, "n", PodPhase::kSucceeded));  // written, and not again within a minute
  w.Run(absl::Seconds(1));
  REQUIRE(w.memories.size() == 1);
  w.Tell(PodGone{b.uid});
  w.Run(absl::Seconds(1));
  REQUIRE(w.memories.size() == 2);
  CHECK(w.memories.back().started == std::vector<std::string>{a.uid});
}

TEST_CASE("history is written once a minute while it moves, and without a half-life never") {
  for (const bool counts : {true, false}) {
    CAPTURE(counts);
    ScriptedWorld w;
    QueueConfig config = DefaultQueueConfig();
    if (counts) config.half_life = absl::Minutes(10);
    w.Tell(QueuesSeen{config});
    w.See(MakeNode("n", 8));
    w.Tell(Synced{});
    const Pod pod = MakePod("p");
    w.See(pod);
    w.Run();
    w.Accept(pod);
    const size_t before = w.memories.size();
    CHECK(before == (counts ? 1 : 0));
    w.Run(absl::Minutes(10));
    CHECK(w.memories.size() == (counts ? before + 10 : 0));
    w.Run(absl::Hours(10));
    const size_t settled = w.memories.size();
    w.Run(absl::Hours(10));
    CHECK(w.memories.size() == settled);
    if (!counts) continue;
    REQUIRE(w.memories.back().past_use.size() == 2);
    CHECK(w.memories.back().past_use[0].average.Get(kCpu) == 1000);
  }
}

TEST_CASE("an idle loop decides nothing and sleeps until told otherwise") {
  TwoNodes world;
  world.See(MakePod("p"));
  world.Run();
  world.Accept(MakePod("p"));
  world.Run(absl::Minutes(11));  // until it would have starved, had it waited
  const int64_t cycles = world.loop().cycles();
  world.Run(absl::Hours(10));
  CHECK(world.loop().cycles() == cycles);
  CHECK(world.loop().NextTimer() == absl::InfiniteFuture());
}

// A world whose decisions take time on its own clock.
class SlowDecisions : public Feed, public Actuator, public Clock {
 public:
  SlowDecisions()
      : loop_({this, this, this}, "muster", [this](State&, const Profile&, absl::Time) {
          ++decisions_;
          now_ += takes_;
          return Plan();
        }) {}
  bool Drain(std::vector<muster::Event>* events, absl::Time until) override {
    if (pending_.empty()) now_ = std::max(now_, std::min(until, end_));
    events->swap(pending_);
    pending_.clear();
    return true;
  }
  absl::Time Now() override { return now_; }
  void Bind(BindPod) override {}
  void Delete(DeletePod) override {}
  void Evict(EvictPods) override {}
  void Remember(Memory) override {}
  void Condition(SetCondition) override {}
  void Event(PostEvent) override {}
  void Forecast(ReadForecast) override {}

  absl::Time now_ = At(0);
  absl::Time end_ = At(0);
  absl::Duration takes_;
  int decisions_ = 0;
  std::vector<muster::Event> pending_ = {Synced{}};
  Loop loop_;
};

TEST_CASE(
    "a long decision is followed by a pause, and what happens meanwhile is decided after it") {
  struct Row {
    absl::Duration takes, pause;
  };
  for (const Row& row : {Row{absl::Microseconds(90), absl::ZeroDuration()},
                         Row{absl::Microseconds(400), absl::Microseconds(9600)},
                         Row{absl::Seconds(5), absl::Seconds(1)}}) {
    CAPTURE(row.takes);
    SlowDecisions world;
    world.takes_ = row.takes;
    world.loop_.Step(world.now_);
    REQUIRE(world.decisions_ == 1);
    const absl::Time after = world.now_;
    world.pending_.push_back(NodeSeen{MakeNode("n1", 4)});
    world.end_ = after + absl::Hours(1);
    world.loop_.Step(world.end_);
    if (row.pause > absl::ZeroDuration()) {
      CHECK(world.decisions_ == 1);
      world.loop_.Step(world.end_);
      CHECK(world.now_ == after + row.pause + row.takes);
    }
    CHECK(world.decisions_ == 2);
  }
}

TEST_CASE("a driver that begins before its nodes is stamped with all that it was promised") {
  ScriptedWorld world;
  QueueConfig config;
  config.queues = {Leaf("default")};
  config.queues.front().autoscale = Autoscale::kDriver;
  world.Tell(QueuesSeen{config});
  world.See(MakeNode("n1", 4));
  world.Tell(Synced{});
  const Pod driver = Driver("spark");
  world.See(driver);
  world.Tell(ForecastSeen{driver.uid, Executors(3, 3)});
  world.Run(absl::Seconds(14));
  CHECK(world.binds.empty());
  CHECK(absl::StartsWith(world.Told(driver), "Unschedulable"));
  world.Run(absl::Seconds(2));
  REQUIRE(world.BindsOf(driver) == 1);
  CHECK(world.binds.front().stamp.hold == 3);
  CHECK(world.binds.front().stamp.hold_nodes == "n1=1");
  CHECK(world.events.back().note ==
        "gang ns/spark starts: 1 member bound, room for 1 more held, 2 wait for nodes, in queue "
        "default");

  // Whoever restarts on that owes the executors their nodes before anything new.
  ScriptedWorld next;
  next.Tell(QueuesSeen{config});
  next.See(MakeNode("n1", 4));
  Pod bound = On(driver, "n1");
  bound.stamp = world.binds.front().stamp;
  next.See(bound);
  const Pod executors[] = {Executor("spark", 0), Executor("spark", 1), Executor("spark", 2)};
  for (const Pod& executor : executors) next.See(executor);
  next.Tell(ForecastSeen{driver.uid, Executors(3, 3)});
  next.Tell(Synced{});
  next.Run(absl::Seconds(2));
  for (const Pod& executor : executors) {
    if (next.BindsOf(executor) > 0) continue;
    CHECK(absl::StartsWith(next.Told(executor), "Unschedulable / Repairing"));
  }
  CHECK(next.binds.size() == 1);
  next.See(MakePod("urgent", 4));
  next.See(MakeNode("n2", 4));
  next.Run();
  CHECK(next.binds.size() == 3);
}

}  // namespace
}  // namespace muster::loop::test
