// SPDX-License-Identifier: Apache-2.0
// Limits of queues, users and groups in one decision: who starts, who waits, and for what.
#include "scheduler/cycle/cycle.h"
#include "test/cycle/laws.h"
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  explicit Cluster(QueueSpec queue) {
    QueueConfig config;
    config.groups = {{"night", {"ns/n*"}}};
    config.queues = {std::move(queue)};
    Hear(QueuesSeen{config});
    See(MakeNode("n1", 32));
    Hear(Synced{});
  }
  void Submit(const std::string& name, const std::string& user, int64_t cores, int64_t created) {
    Pod pod = MakePod(name, cores, created);
    pod.queue = "q";
    pod.service_account = user;
    See(pod);
  }
  std::string Names() { return Named(state, Cycle(state, profile, now)); }
  const Profile profile = MakeProfile("bin-pack");
};

TEST_CASE("who waits for a user's limit blocks nobody, not even of the same shape") {
  QueueSpec queue = Leaf("q");
  queue.users.otherwise = UseLimit{1, {}};
  Cluster c(queue);
  c.Submit("a1", "ann", 2, 1);
  c.Submit("a2", "ann", 2, 2);
  c.Submit("b1", "bob", 2, 3);
  CHECK(c.Names() ==
        "step 0 ns/a1: a1@n1\n"
        "step 0 ns/b1: b1@n1\n"
        "verdict ns/a2 UserLimit #1: user ns/ann in queue q has 1 of 1 running gangs; starts when "
        "one of them ends or the limit is raised");
}

TEST_CASE("the users of a group share what several starts of one decision may take") {
  QueueSpec queue = Leaf("q");
  queue.groups.named["night"] = UseLimit{{}, {{kCpu, 5000}}};
  Cluster c(queue);
  c.Submit("a", "nan", 3, 1);
  c.Submit("b", "ned", 3, 2);
  c.Submit("c", "ned", 2, 3);
  c.Submit("d", "day", 9, 4);
  c.Submit("e", "nan", 6, 5);
  CHECK(c.Names() ==
        "step 0 ns/a: a@n1\nstep 0 ns/c: c@n1\nstep 0 ns/d: d@n1\n"
        "verdict ns/b UserLimit #1: group night in queue q: 3 of 5 cpu used or held, gang needs "
        "3; starts when group night in queue q frees 1 cpu or the limit is raised\n"
        "verdict ns/e NeverFits #2: gang needs 6 cpu, max of group night in queue q allows 5; "
        "starts when that is raised to 6 cpu, or it asks for less");
}

TEST_CASE("a count of gangs that is reached stops starts, and no growth") {
  QueueSpec queue = Leaf("q");
  queue.max_running = 1;
  Cluster c(queue);
  Pod first = Member("g", 0, 1);
  first.queue = "q";
  c.See(first);
  c.Do(Step{StepKind::kStart, c.GangOf(first).id, {{c.pod(first), c.node("n1")}}, {}, {}});
  c.See(On(first, "n1"));
  c.Submit("next", "ann", 1, 1);
  Pod second = Member("g", 1, 1, 1, 2);
  second.queue = "q";
  c.See(second);
  CHECK(c.Names() ==
        "step 4 ns/g: g-1@n1\nverdict ns/next QueueQuota #1: queue q has 1 of 1 running gangs; "
        "starts when one of them ends or its maxRunning is raised");
}

TEST_CASE("a lost member is repaired within the user's limit, also in a closed queue") {
  QueueSpec queue = Leaf("q");
  Cluster c(queue);
  for (int i = 0; i < 2; ++i) {
    Pod pod = Member("g", i, 2, 2);
    pod.queue = "q";
    c.See(pod);
  }
  const Gang& gang = c.GangOf(Member("g", 0, 2, 2));
  c.Do(Step{StepKind::kStart,
            gang.id,
            {{c.pod(Member("g", 0, 2)), c.node("n1")}, {c.pod(Member("g", 1, 2)), c.node("n1")}},
            {},
            {}});
  for (int i = 0; i < 2; ++i) c.See(On(Member("g", i, 2, 2), "n1"));
  c.Gone(Member("g", 1, 2, 2));
  c.Pass(absl::Minutes(2));  // its room is kept no longer
  queue.state = QueueState::kClosed;
  const bool limited = GENERATE(true, false);
  if (limited) queue.users.named["ns/default"] = UseLimit{{}, {{kCpu, 3000}}};
  QueueConfig config;
  config.queues = {queue};
  c.Hear(QueuesSeen{config});
  c.See(Member("g", 2, 2, 2));
  CHECK(c.Names() == (limited ? "verdict ns/g Repairing #0: started, 1 of 2 members have room; "
                                "user ns/default in queue q: 2 of 3 cpu used or held, gang needs "
                                "2; starts when user ns/default in queue q frees 1 cpu or the "
                                "limit is raised; repaired before new gangs start"
                              : "step 3 ns/g: g-2@n1"));
}

TEST_CASE("an inner queue's limit of a user counts all leaves below, in one decision") {
  QueueSpec queue = Leaf("top");
  queue.users.otherwise = UseLimit{{}, {{kCpu, 4000}}};
  queue.queues = {Leaf("x"), Leaf("y")};
  Cluster c(queue);
  int64_t created = 0;
  for (const char* leaf : {"top.x", "top.y", "top.x"}) {
    Pod pod = MakePod(absl::StrCat("p", created), 2, created);
    pod.queue = leaf;
    c.See(pod);
    ++created;
  }
  CHECK(c.Names() ==
        "step 0 ns/p0: p0@n1\nstep 0 ns/p1: p1@n1\n"
        "verdict ns/p2 UserLimit #1: user ns/default in queue top: 4 of 4 cpu used or held, gang "
        "needs 2; starts when user ns/default in queue top frees 2 cpu or the limit is raised");
}

}  // namespace
}  // namespace muster::test
