// SPDX-License-Identifier: Apache-2.0
// Past use of queues and users, through the events of a day: what it changes in the order, and that
// a daemon which starts anew, or a config that is changed, does not forget it.
#include "policies/profile.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

QueueConfig Config(absl::Duration half_life = absl::Hours(1)) {
  QueueConfig config;
  config.half_life = half_life;
  config.queues = {Leaf("adhoc"), Leaf("etl")};
  config.queues[0].order = LeafOrder::kFair;
  return config;
}

Pod PodOf(const std::string& user, const std::string& name, const std::string& queue = "adhoc") {
  Pod pod = MakePod(name, 8);
  pod.service_account = user;
  pod.queue = queue;
  return pod;
}

struct Day {
  explicit Day(const QueueConfig& config = Config()) : state("muster") {
    Hear(QueuesSeen{config}, 0);
    Hear(NodeSeen{MakeNode("n", 16)}, 0);
  }
  void Hear(const Event& event, int64_t second) {
    heard = At(second);
    state.Apply(event, At(second));
    state.Refresh(At(second));
  }
  void Run(Pod pod, int64_t second) { Hear(PodSeen{On(std::move(pod), "n")}, second); }
  // As a gang of the user's that comes now finds it.
  double ShareOf(const std::string& user) const {
    State with = state;
    with.Apply(PodSeen{PodOf(user, "probe")}, heard);
    const PodId probe = with.FindPod("uid-probe");
    return ToDouble(with.UserShare(with.gang(with.pod(probe).footing.gang)));
  }
  double ShareOfQueue(const std::string& path) const {
    return ToDouble(state.tree().ShareOf(state.tree().FindLeaf(path)));
  }
  State state;
  absl::Time heard;
};

// ann has half of the cluster for an hour, bob from then on.
Day AnHourOfAnn(const QueueConfig& config = Config()) {
  Day day(config);
  day.Hear(Synced{}, 0);
  day.Run(PodOf("ann", "a"), 0);
  day.Hear(PodGone{"uid-a"}, 3600);
  day.Run(PodOf("bob", "b"), 3600);
  return day;
}

TEST_CASE("a user's share counts what the user had on average before") {
  Day day = AnHourOfAnn();
  CHECK(day.ShareOf("ann") == Approx(0.25).margin(1e-3));
  CHECK(day.ShareOf("bob") == Approx(0.5).margin(1e-3));
  CHECK(day.ShareOf("carl") == 0);
  CHECK(day.ShareOfQueue("adhoc") == Approx(0.75).margin(1e-3));
  day.Hear(PodGone{"uid-b"}, 3600);
  CHECK(day.ShareOf("bob") == 0);
  day.state.Refresh(At(7200));
  CHECK(day.ShareOf("ann") == Approx(0.125).margin(1e-3));
}

TEST_CASE("fair order sends a user who had much behind one who had not") {
  Day day = AnHourOfAnn();
  day.Hear(PodGone{"uid-b"}, 3600);
  day.Hear(PodSeen{PodOf("ann", "a2")}, 3600);
  day.Hear(PodSeen{PodOf("bob", "b2")}, 3601);
  const auto gang = [&day](const char* uid) -> const Gang& {
    return day.state.gang(day.state.pod(day.state.FindPod(uid)).footing.gang);
  };
  const Profile profile = MakeProfile("bin-pack");
  CHECK(profile.fair->Before(gang("uid-b2"), gang("uid-a2"), day.state));
  CHECK_FALSE(profile.fair->Before(gang("uid-a2"), gang("uid-b2"), day.state));
}

TEST_CASE("without a half-life a share is of the present alone, and nothing is remembered") {
  const Day day = AnHourOfAnn(Config(absl::ZeroDuration()));
  CHECK(day.ShareOf("ann") == 0);
  CHECK(day.ShareOfQueue("adhoc") == Approx(0.5));
  CHECK(day.state.ToMemory().past_use.empty());
  CHECK_FALSE(day.state.memory_changed());
}

TEST_CASE("what is remembered is by queue and user, in names") {
  const Memory memory = AnHourOfAnn().state.ToMemory();
  REQUIRE(memory.past_use.size() == 3);  // and bob, who has just begun
  CHECK(memory.past_use[0].queue == "adhoc");
  CHECK(memory.past_use[0].user.empty());
  CHECK(memory.past_use[0].average.Get(kCpu) == 4000);
  CHECK(memory.past_use[1].user == "ns/ann");
  CHECK(memory.past_use[1].at == At(3600));
}

TEST_CASE("a restarted daemon has the same shares, and missed nothing while it was away") {
  Day before = AnHourOfAnn();
  before.Hear(PodSeen{PodOf("ann", "a2", "etl")}, 3700);
  before.Run(PodOf("ann", "a2", "etl"), 3700);
  const Memory memory = before.state.ToMemory();
  for (const bool config_first : {true, false}) {
    CAPTURE(config_first);
    Day after{config_first ? Config() : DefaultQueueConfig()};
    after.Hear(MemorySeen{memory}, 4300);
    if (!config_first) after.Hear(QueuesSeen{Config()}, 4300);
    after.Run(PodOf("bob", "b"), 4300);
    after.Run(PodOf("ann", "a2", "etl"), 4301);
    after.Hear(Synced{}, 4302);
    before.state.Refresh(At(4302));
    for (const char* user : {"ann", "bob"}) {
      CAPTURE(user);
      CHECK(after.ShareOf(user) == Approx(before.ShareOf(user)).epsilon(1e-3));
    }
    CHECK(after.ShareOfQueue("adhoc") == Approx(before.ShareOfQueue("adhoc")).epsilon(1e-3));
    CHECK(after.ShareOfQueue("etl") == Approx(before.ShareOfQueue("etl")).epsilon(1e-3));
    CHECK(after.ShareOf("bob") > 0.5);
  }
}

TEST_CASE("a changed config does not forget, and one without a half-life does") {
  Day day = AnHourOfAnn();
  QueueConfig changed = Config();
  changed.queues[1].weight = 7;
  day.Hear(QueuesSeen{changed}, 3600);
  CHECK(day.ShareOf("ann") == Approx(0.25).margin(1e-3));
  CHECK(day.ShareOfQueue("adhoc") == Approx(0.75).margin(1e-3));
  day.Hear(QueuesSeen{Config(absl::ZeroDuration())}, 3600);
  CHECK(day.ShareOf("ann") == 0);
  day.Hear(QueuesSeen{Config()}, 3600);
  CHECK(day.ShareOf("ann") == 0);
  day.state.Refresh(At(7200));
  CHECK(day.ShareOf("bob") == Approx(0.75).margin(1e-3));  // counted from then on
}

TEST_CASE("there is something to write while averages move, and not once they have settled") {
  Day day = AnHourOfAnn();
  CHECK(day.state.memory_changed());
  day.state.ClearMemoryChanged();
  day.state.Expire(At(7200));
  CHECK(day.state.memory_changed());
  day.state.Expire(At(3600 * 30));
  CHECK_FALSE(day.state.memory_changed());
}

}  // namespace
}  // namespace muster::test
