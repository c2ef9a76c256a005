// SPDX-License-Identifier: Apache-2.0
// A restarted daemon is told the same objects in another order: its state must be the same. And
// what stamps and conf say of a gang is what the daemon before it decided.
#include "test/model/dice.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

using Stream = std::vector<Event>;  // of one object: its order stays

Stamp StampFor(const std::string& queue, int32_t minimum, int64_t at, int32_t hold = 0) {
  Stamp stamp;
  stamp.queue = queue;
  stamp.minimum = minimum;
  stamp.user = "ns/default";
  stamp.hold = hold;
  stamp.at = At(at);
  return stamp;
}

class World {
 public:
  explicit World(uint64_t seed) : dice_(seed) {
    if (!dice_.OneIn(4)) streams.push_back({QueuesSeen{Config()}});
    for (int i = 0; i < 3; ++i) streams.push_back({NodeSeen{MakeNode(absl::StrCat("n", i), 64)}});
    for (int i = dice_.Between(0, 4); i > 0; --i) Single(i);
    for (int i = dice_.Between(0, 3); i > 0; --i) Declared(i);
    for (int i = dice_.Between(0, 3); i > 0; --i) Spark(i);
    streams.push_back({PodSeen{Foreign("other", 2, AnyNode())}});
  }

  std::vector<Stream> streams;
  std::vector<Event> forecasts;  // before or after Synced

 private:
  QueueConfig Config() {
    QueueConfig config;
    for (const char* name : {"etl", "adhoc", "default"}) {
      if (dice_.OneIn(3)) continue;
      config.queues.push_back(Leaf(name));
      QueueSpec& queue = config.queues.back();
      if (dice_.OneIn(2)) queue.namespaces = {dice_.OneIn(2) ? "n*" : "team"};
      queue.per_namespace = !queue.namespaces.empty() && dice_.OneIn(2);
      if (dice_.OneIn(3)) queue.users.otherwise = UseLimit{dice_.Between(0, 2), {}};
      if (dice_.OneIn(3)) queue.groups.named["some"] = UseLimit{{}, {{kCpu, 2000}}};
      if (dice_.OneIn(4)) queue.max_priority = dice_.Between(0, 1);
      if (dice_.OneIn(4)) queue.service_accounts = {"ns/user?"};
      if (dice_.OneIn(4)) queue.state = QueueState::kDraining;
      if (dice_.OneIn(8)) queue.state = QueueState::kClosed;
    }
    config.groups = {{"some", {"ns/user0", "ns/d*", "jane"}}};
    if (dice_.OneIn(3)) config.user_label = "muster.dev/user";
    return config;
  }

  std::string AnyNode() { return absl::StrCat("n", dice_.Between(0, 3)); }  // n3 is not there

  // The pod as it is now; sometimes an older version of it was heard first.
  void Tell(Pod pod, bool bound, int32_t minimum, int32_t hold = 0) {
    Stream stream;
    pod.queue = dice_.Of<std::string>({"", "", "etl", "adhoc", "gone", "etl.ns"});
    if (dice_.OneIn(4)) pod.user = "jane";
    if (dice_.OneIn(3)) stream.push_back(PodSeen{pod});
    if (bound) {
      pod = On(pod, AnyNode(), dice_.OneIn(4) ? PodPhase::kPending : PodPhase::kRunning);
      if (!dice_.OneIn(4)) {
        pod.stamp = StampFor(queue_, minimum, dice_.OneIn(3) ? -2000 : 5, hold);
      }
      if (dice_.OneIn(6)) pod.phase = dice_.OneIn(2) ? PodPhase::kSucceeded : PodPhase::kFailed;
      pod.deleting = dice_.OneIn(8);
    }
    pod.gated = !bound && dice_.OneIn(8);
    stream.push_back(PodSeen{pod});
    streams.push_back(std::move(stream));
  }

  void Single(int i) {
    queue_ = dice_.Of<std::string>({"etl", "adhoc", "removed", "etl.ns"});
    Tell(MakePod(absl::StrCat("single", i), dice_.Between(1, 3), i), dice_.OneIn(2), 1);
  }

  void Declared(int i) {
    queue_ = dice_.Of<std::string>({"etl", "adhoc", "removed"});
    const int32_t minimum = dice_.Between(1, 4);
    const int members = dice_.Between(1, 5);
    const int bound = dice_.Between(0, members);
    for (int m = 0; m < members; ++m) {
      Pod pod = Member(absl::StrCat("gang", i), m, m == 0 ? minimum : dice_.Between(0, minimum), 1,
                       dice_.Between(0, 10));
      pod.service_account = absl::StrCat("user", dice_.Between(0, 1));
      pod.priority = dice_.Between(0, 1);
      Tell(std::move(pod), m < bound, minimum);
    }
  }

  void Spark(int i) {
    queue_ = dice_.Of<std::string>({"etl", "adhoc", "removed"});
    const std::string app = absl::StrCat("app", i);
    const int32_t start = dice_.Between(0, 3);
    const bool bound = dice_.OneIn(2);
    if (!dice_.OneIn(5)) {
      const Pod driver = Driver(app, 1, dice_.Between(0, 3));
      Tell(driver, bound, 1 + start, start);
      if (!dice_.OneIn(4)) {
        forecasts.push_back(ForecastSeen{
            driver.uid, Executors(start, dice_.Between(0, start), dice_.Between(1, 2))});
      }
    }
    for (int e = dice_.Between(0, 3); e > 0; --e) {
      Tell(Executor(app, e, dice_.Between(1, 2), dice_.Between(4, 12)), bound && !dice_.OneIn(3),
           1 + start);
    }
  }

  Dice dice_;
  std::string queue_;
};

std::string Told(const World& world, Dice* dice, bool shuffled) {
  Witness w;
  w.now = At(100);
  std::vector<Stream> streams = world.streams;
  std::vector<Event> late;
  const auto forecast = [&](bool before_sync) {
    for (const Event& event : world.forecasts) {
      const bool before = shuffled && dice->OneIn(2);
      if (before_sync && before) {
        w.Hear(event);
      } else if (before_sync) {
        late.push_back(event);
      }
    }
  };
  if (shuffled) dice->Shuffle(&streams);
  std::vector<size_t> next(streams.size(), 0);
  std::vector<size_t> turns;
  for (size_t i = 0; i < streams.size(); ++i) turns.insert(turns.end(), streams[i].size(), i);
  if (shuffled) dice->Shuffle(&turns);
  for (size_t i : turns) w.Hear(streams[i][next[i]++]);
  forecast(true);
  w.Hear(Synced{});
  if (shuffled) dice->Shuffle(&late);
  for (const Event& event : late) w.Hear(event);
  return Portrait(w.state);
}

TEST_CASE("any order of the initial events gives the same state") {
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    const World world(seed);
    Dice dice(seed);
    const std::string first = Told(world, &dice, false);
    for (int i = 0; i < 3; ++i) {
      CAPTURE(seed);
      REQUIRE(Told(world, &dice, true) == first);
    }
  }
}

struct Restarted : Witness {
  Restarted() {
    now = At(100);
    See(MakeNode("n1", 8));
    See(MakeNode("n2", 8));
  }
};

Pod Stamped(Pod pod, const std::string& node, Stamp stamp, PodPhase phase = PodPhase::kRunning) {
  pod = On(std::move(pod), node, phase);
  pod.stamp = std::move(stamp);
  return pod;
}

TEST_CASE("a started Spark gang keeps what its driver's stamp and its conf promise") {
  Restarted w;
  const Pod driver = Driver("app");
  w.See(Stamped(driver, "n1", StampFor("default", 4, 50, 3)));
  w.See(Stamped(Executor("app", 0), "n2", StampFor("default", 4, 60)));
  w.Hear(Synced{});
  CHECK(w.GangOf(driver).state == GangState::kStarted);
  CHECK(w.state.Deficit(w.GangOf(driver)) == 2);
  SECTION("the conf agrees") {
    w.Hear(ForecastSeen{driver.uid, Executors(3, 3)});
    CHECK(w.state.Deficit(w.GangOf(driver)) == 2);
  }
  SECTION("the stamp says more than the immutable conf") {
    w.Hear(ForecastSeen{driver.uid, Executors(2, 2)});
    CHECK(w.state.Deficit(w.GangOf(driver)) == 1);
  }
  SECTION("the stamp says less") {
    w.Hear(ForecastSeen{driver.uid, Executors(9, 9)});
    CHECK(w.state.Deficit(w.GangOf(driver)) == 2);
  }
}

TEST_CASE("long after its start a gang holds nothing for executors that never came") {
  Restarted w;
  w.now = At(5000);
  const Pod driver = Driver("app");
  w.See(Stamped(driver, "n1", StampFor("default", 4, 50, 3)));
  w.Hear(Synced{});
  w.Hear(ForecastSeen{driver.uid, Executors(3, 2)});
  CHECK(w.GangOf(driver).full);
  CHECK(w.GangOf(driver).promised == 3);  // an executor that appears is placed before new starts
}

TEST_CASE("a queue that only stamps name is counted and closed") {
  Restarted w;
  w.See(Stamped(MakePod("old", 2), "n1", StampFor("removed", 1, 50)));
  Pod fresh = MakePod("fresh");
  fresh.queue = "removed";
  w.See(fresh);
  w.Hear(Synced{});
  CHECK(w.Used("removed") == 2000);
  CHECK(w.GangOf(fresh).refusal.code == ReasonCode::kQueueClosed);
  CHECK(w.GangOf(fresh).refusal.subject == "removed");
}

TEST_CASE("a half-bound gang and one that lost a member are told apart by the replacement") {
  Restarted w;
  const int64_t created = GENERATE(0, 70);
  w.See(Stamped(Member("g", 0, 2), "n1", StampFor("default", 2, 50)));
  w.See(Member("g", 1, 2, 1, created));
  w.Hear(Synced{});
  const Gang& gang = w.GangOf(Member("g", 0, 2));
  CHECK(gang.state == (created > 50 ? GangState::kStarted : GangState::kStarting));
}

// Members 0 to 2 of a gang of three were bound at 50; 3 waits.
struct ShortGang : Restarted {
  void SeeMember(int32_t index, PodPhase phase = PodPhase::kRunning) {
    See(Stamped(Member("g", index, 3), "n1", StampFor("removed", 3, 50), phase));
  }
  void SeeWaiting(int64_t created = 0) { See(Member("g", 3, 3, 1, created)); }
  const Gang& gang() { return GangOf(Member("g", 3, 3)); }
};

TEST_CASE(
    "a started gang that lost a member before any replaced it is known by what was remembered") {
  const std::string remembered = GENERATE("", "uid-g-0", "uid-g-1", "uid-g-3", "uid-gone");
  ShortGang w;
  Memory memory;
  if (!remembered.empty()) memory.started = {remembered};
  w.Hear(MemorySeen{memory});
  w.SeeMember(0);
  w.SeeMember(1);
  w.SeeWaiting();
  w.Hear(Synced{});
  CAPTURE(remembered);
  const bool known = !remembered.empty() && remembered != "uid-gone";
  CHECK(w.gang().state == (known ? GangState::kStarted : GangState::kStarting));
  CHECK(w.state.Deficit(w.gang()) == (known ? 1 : 0));
  CHECK(w.state.ToMemory().started ==
        (known ? std::vector<std::string>{"uid-g-0"} : std::vector<std::string>()));
}

TEST_CASE("a gang outlives its minimum where those who wait were there when it started") {
  ShortGang w;
  const int64_t created = GENERATE(0, 70);
  const bool remembered = GENERATE(true, false);
  const PodPhase last = GENERATE(PodPhase::kSucceeded, PodPhase::kFailed);
  if (remembered) w.Hear(MemorySeen{Memory{.started = {"uid-g-3"}}});
  w.SeeMember(0, PodPhase::kSucceeded);
  w.SeeMember(1, PodPhase::kSucceeded);
  w.SeeMember(2, last);
  w.SeeWaiting(created);
  w.Hear(Synced{});
  const bool goes_on = remembered || created < 50;
  CHECK(w.gang().state == (goes_on ? GangState::kStarted : GangState::kWaiting));
  // It stays where it began; another run under its name begins anew.
  CHECK(w.state.tree().at(w.gang().queue).path == (goes_on ? "removed" : "default"));
  CHECK(w.state.Deficit(w.gang()) == (goes_on && last == PodPhase::kFailed ? 1 : 0));
  CHECK(w.state.ToMemory().started ==
        (goes_on ? std::vector<std::string>{"uid-g-3"} : std::vector<std::string>()));
}

TEST_CASE("a start that was given up is not taken for one that its minimum has ended of") {
  ShortGang w;
  for (int32_t i = 0; i < 3; ++i) {
    Pod pod = Stamped(Member("g", i, 3), "n1", StampFor("default", 3, 50), PodPhase::kFailed);
    pod.deleting = true;
    w.See(pod);
  }
  w.SeeWaiting();
  w.Hear(Synced{});
  CHECK(w.gang().state == GangState::kWaiting);
}

TEST_CASE("what is remembered of gangs that do not look started is what changes") {
  Restarted w;
  w.Hear(Synced{});
  for (int32_t i = 0; i < 3; ++i) {
    w.See(Stamped(Member("g", i, 3), "n1", StampFor("default", 3, 50)));
  }
  const Pod first = Member("g", 0, 3);
  REQUIRE(w.GangOf(first).state == GangState::kStarted);
  w.state.ClearMemoryChanged();
  CHECK(w.state.ToMemory().started.empty());
  w.Gone(Member("g", 1, 3));
  CHECK(w.state.memory_changed());
  CHECK(w.state.memory_presses());
  CHECK(w.state.ToMemory().started == std::vector<std::string>{first.uid});
  // What is evicted whole has no start to be remembered.
  Plan evict;
  const Pod claimant = MakePod("claimant");
  w.See(claimant);
  evict.claims.push_back({w.GangOf(claimant).id, {}, {}, {}});
  evict.claims.back().victims.push_back({w.GangOf(first).id,
                                         true,
                                         EvictionCause::kReclaim,
                                         {w.pod(first), w.pod(Member("g", 2, 3))}});
  w.state.Assume(evict, w.now);
  CHECK(w.state.ToMemory().started.empty());
}

TEST_CASE("a stamp on a pod that is not bound is ignored") {
  Restarted w;
  Pod pod = MakePod("p");
  pod.stamp = StampFor("removed", 7, 50);
  w.See(pod);
  w.Hear(Synced{});
  CHECK(w.state.tree().at(w.GangOf(pod).queue).path == "default");
  CHECK(w.GangOf(pod).state == GangState::kWaiting);
}

TEST_CASE("nothing follows for any gang before every kind is listed") {
  Restarted w;
  w.See(Stamped(Member("g", 0, 2), "n1", StampFor("default", 2, 50)));
  CHECK(w.GangOf(Member("g", 0, 2)).state == GangState::kWaiting);
  CHECK(w.state.attention().empty());
}

}  // namespace
}  // namespace muster::test
