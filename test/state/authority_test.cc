// SPDX-License-Identifier: Apache-2.0
// Whose a gang is, and what it counts for: queue, gang and user as they were when the gang opened,
// whatever becomes of labels; and who may use a queue at all.
#include "test/state/witness.h"

namespace muster::test {
namespace {

struct Cluster : Witness {
  explicit Cluster(QueueConfig config = {}) {
    See(MakeNode("n1", 32));
    if (!config.queues.empty()) Hear(QueuesSeen{std::move(config)});
  }
  std::string QueueOf(const Pod& pod) const {
    const Gang& gang = GangOf(pod);
    return gang.queue.valid() ? state.tree().at(gang.queue).path : "-";
  }
  std::string RefusalOf(const Pod& pod) const {
    const Reason& refusal = GangOf(pod).refusal;
    return refusal.code == ReasonCode::kNone
               ? ""
               : absl::StrCat(Name(refusal.code), ": ", Message(refusal));
  }
  int32_t Running(const std::string& queue) const {
    return state.tree().at(state.tree().FindLeaf(queue)).running;
  }
  int64_t UserCpu(const std::string& queue, const std::string& user) const {
    const auto& books = state.user_books().books();
    const auto found = books.find({state.tree().FindLeaf(queue), false, user});
    return found == books.end() ? 0 : AmountAt(found->second.amounts, kCpuColumn);
  }
};

QueueConfig TwoQueues() {
  QueueConfig config;
  config.queues = {Leaf("etl"), Leaf("adhoc")};
  for (QueueSpec& queue : config.queues) queue.users.otherwise = UseLimit{9, {}};
  return config;
}

Pod In(Pod pod, const std::string& queue) {
  pod.queue = queue;
  return pod;
}

Pod Bound(Pod pod, const std::string& queue, const std::string& gang, const std::string& user) {
  pod = On(std::move(pod), "n1");
  pod.stamp = Stamp{};
  pod.stamp->queue = queue;
  pod.stamp->gang = gang;
  pod.stamp->minimum = 1;
  pod.stamp->user = user;
  pod.stamp->at = At(5);
  return pod;
}

TEST_CASE("labels that change after a pod was counted neither move nor free what it uses") {
  const bool waits_first = GENERATE(true, false);
  Cluster c(TwoQueues());
  c.Hear(Synced{});
  Pod pod = In(Member("g", 0, 1, 4), "etl");
  if (waits_first) {
    c.See(pod);
    Pod changed = In(pod, "adhoc");
    changed.service_account = "other";
    c.See(changed);
    CHECK(c.QueueOf(pod) == "etl");
    c.Do(Step{StepKind::kStart, c.GangOf(pod).id, {{c.pod(pod), c.node("n1")}}, {}, {}});
  }
  c.See(Bound(pod, "etl", "g", "ns/default"));
  Pod changed = Bound(In(pod, "adhoc"), "etl", "g", "ns/default");
  changed.gang = "another";
  changed.user = "jane";
  changed.service_account = "other";
  c.See(changed);
  CHECK(c.Used("etl") == 4000);
  CHECK(c.Used("adhoc") == 0);
  CHECK(c.UserCpu("etl", "ns/default") == 4000);
  CHECK(c.Running("etl") == 1);
  CHECK(c.GangOf(pod).name == "g");
  changed.gang.clear();
  changed.queue.clear();
  c.See(changed);
  CHECK(c.Used("etl") == 4000);
  c.Gone(pod);
  CHECK(c.Used("etl") == 0);
  CHECK(c.Running("etl") == 0);
  CHECK(c.state.user_books().books().empty());
}

TEST_CASE("after a restart the stamp says what a bound pod counts for, not its labels") {
  QueueConfig config = TwoQueues();
  config.user_label = "muster.dev/user";
  Cluster c(config);
  Pod first = Bound(In(Member("g", 0, 2, 4), "adhoc"), "etl", "g", "ann");
  first.user = "jane";
  Pod second = Bound(Member("g", 1, 2, 3), "etl", "g", "ann");
  second.gang = "another";                                 // relabeled since it was bound
  Pod third = Bound(MakePod("third"), "etl", "g", "ann");  // the label was taken off
  Pod executor = Bound(Executor("renamed", 0), "adhoc", "app", "ann");
  Pod driver = Bound(Driver("app"), "adhoc", "app", "ann");
  for (const Pod& pod : {first, second, third, executor, driver}) c.See(pod);
  c.Hear(Synced{});
  CHECK(c.Used("etl") == 8000);
  CHECK(c.UserCpu("etl", "ann") == 8000);
  CHECK(c.UserCpu("etl", "jane") == 0);
  CHECK(c.GangOf(first).id == c.GangOf(second).id);
  CHECK(c.GangOf(first).id == c.GangOf(third).id);
  CHECK(c.GangOf(driver).id == c.GangOf(executor).id);
  CHECK(c.Running("etl") == 1);
  CHECK(c.Running("adhoc") == 1);
}

TEST_CASE("a stamp on a pod that is not bound puts it in no gang") {
  Cluster c(TwoQueues());
  c.Hear(Synced{});
  Pod pod = In(Member("g", 0, 1), "etl");
  pod.stamp = Stamp{};
  pod.stamp->gang = "victim";
  c.See(pod);
  CHECK(c.GangOf(pod).name == "g");
}

TEST_CASE("a gang does not span namespaces, whatever it is called") {
  Cluster c(TwoQueues());
  c.Hear(Synced{});
  const Pod mine = In(Member("g", 0, 2), "etl");
  Pod theirs = In(Member("g", 1, 2), "etl");
  theirs.ns = "theirs";
  Pod stamped = Bound(Member("x", 0, 1), "etl", "g", "theirs/default");
  stamped.ns = "theirs";
  for (const Pod& pod : {mine, theirs, stamped}) c.See(pod);
  CHECK(c.GangOf(mine).members.size() == 1);
  CHECK(c.GangOf(theirs).id == c.GangOf(stamped).id);
}

TEST_CASE("the label names the user only where the config says that it is protected") {
  QueueConfig config = TwoQueues();
  Cluster c(config);
  c.Hear(Synced{});
  Pod labeled = In(MakePod("labeled"), "etl");
  labeled.user = "jane";
  Pod runs = In(On(MakePod("runs", 2), "n1"), "etl");
  runs.user = "jane";
  c.See(labeled);
  c.See(runs);
  CHECK(c.GangOf(labeled).user == "ns/default");
  config.user_label = "muster.dev/user";
  c.Hear(QueuesSeen{config});
  CHECK(c.GangOf(labeled).user == "jane");
  CHECK(c.GangOf(runs).user == "ns/default");  // counted already
  CHECK(c.UserCpu("etl", "ns/default") == 2000);
  c.See(In(MakePod("plain"), "etl"));
  CHECK(c.GangOf(MakePod("plain")).user == "ns/default");  // without the label
}

TEST_CASE("namespace, service account and priority must be allowed, else nothing is counted") {
  QueueConfig config = TwoQueues();
  config.queues[0].service_accounts = {"ns/spark"};
  config.queues[1].max_priority = 10;
  Cluster c(config);
  c.Hear(Synced{});
  const Pod account = In(MakePod("account"), "etl");
  Pod priority = In(MakePod("priority"), "adhoc");
  priority.priority = 11;
  Pod fine = In(MakePod("fine"), "adhoc");
  fine.priority = 10;
  for (const Pod& pod : {account, priority, fine}) c.See(pod);
  CHECK(c.RefusalOf(account) ==
        "Forbidden: gang may not use queue etl; its serviceAccounts do not include ns/default; "
        "starts when the config allows it");
  CHECK(c.QueueOf(account) == "-");
  CHECK(c.RefusalOf(priority) ==
        "Forbidden: gang may not use queue adhoc; its maxPriority is 10, the pod's priority 11; "
        "starts when the config allows it");
  CHECK(c.QueueOf(priority) == "-");
  CHECK(c.RefusalOf(fine) == "");
  // Allowed since: taken in without a restart.
  config.queues[0].service_accounts.push_back("ns/d*");
  config.queues[1].max_priority = 11;
  c.Hear(QueuesSeen{config});
  CHECK(c.QueueOf(account) == "etl");
  CHECK(c.QueueOf(priority) == "adhoc");
  CHECK(c.GangOf(priority).priority == 11);
}

TEST_CASE("a gang that has begun has at most the priority that its queue allows") {
  QueueConfig config = TwoQueues();
  Cluster c(config);
  c.Hear(Synced{});
  Pod pod = In(On(MakePod("p"), "n1"), "etl");
  pod.priority = 50;
  c.See(pod);
  config.queues[0].max_priority = 10;
  c.Hear(QueuesSeen{config});
  CHECK(c.QueueOf(pod) == "etl");
  CHECK(c.GangOf(pod).priority == 10);
  config.queues[0].max_priority = 100;
  c.Hear(QueuesSeen{config});
  CHECK(c.GangOf(pod).priority == 50);
}

TEST_CASE("a queue that drains or is closed refuses what waits and keeps what has begun") {
  const QueueState state = GENERATE(QueueState::kDraining, QueueState::kClosed);
  QueueConfig config = TwoQueues();
  Cluster c(config);
  c.Hear(Synced{});
  const Pod runs = In(On(MakePod("runs"), "n1"), "etl");
  const Pod waits = In(MakePod("waits"), "etl");
  c.See(runs);
  c.See(waits);
  config.queues[0].state = state;
  c.Hear(QueuesSeen{config});
  const std::string word = state == QueueState::kClosed ? "closed" : "draining";
  CHECK(c.RefusalOf(waits) == "QueueClosed: queue etl takes no new work; it is " + word +
                                  "; starts when the queue is open again");
  CHECK(c.RefusalOf(runs) == "");
  CHECK(c.Used("etl") == 1000);
  CHECK(c.Running("etl") == 1);
}

TEST_CASE("a template's leaf stays with its gangs when the template changes or goes") {
  QueueConfig config;
  QueueSpec each = Leaf("each");
  each.per_namespace = true;
  each.namespaces = {"n*"};
  config.queues = {each, Leaf("other")};
  Cluster c(config);
  c.Hear(Synced{});
  c.See(On(MakePod("runs", 2), "n1"));
  c.See(MakePod("waits"));
  CHECK(c.Used("each.ns") == 2000);
  config.queues[0].max = Cpu(3);
  c.Hear(QueuesSeen{config});
  CHECK(c.Used("each.ns") == 2000);
  CHECK_FALSE(c.state.tree().at(c.state.tree().FindLeaf("each.ns")).draining);
  CHECK(c.QueueOf(MakePod("waits")) == "each.ns");
  config.queues[0].namespaces = {"x*"};
  c.Hear(QueuesSeen{config});
  CHECK(c.Used("each.ns") == 2000);
  CHECK(c.state.tree().at(c.state.tree().FindLeaf("each.ns")).draining);
  CHECK(c.QueueOf(MakePod("waits")) == "-");
}

TEST_CASE("a gang counts as running from its start to its end, once, and moves with its queue") {
  Cluster c(TwoQueues());
  c.Hear(Synced{});
  const Pod first = In(Member("g", 0, 2), "etl"), second = In(Member("g", 1, 2), "etl");
  c.See(first);
  c.See(second);
  CHECK(c.Running("etl") == 0);
  c.Do(Step{StepKind::kStart,
            c.GangOf(first).id,
            {{c.pod(first), c.node("n1")}, {c.pod(second), c.node("n1")}},
            {},
            {}});
  CHECK(c.Running("etl") == 1);
  c.Hear(BindRefused{first.uid, 409, "no"});
  CHECK(c.Running("etl") == 1);
  c.Hear(BindRefused{second.uid, 409, "no"});  // given up
  CHECK(c.Running("etl") == 0);
  c.See(Bound(first, "etl", "g", "ns/default"));
  c.See(Bound(second, "etl", "g", "ns/default"));
  c.Hear(BindAccepted{first.uid});
  CHECK(c.Running("etl") == 1);
  QueueConfig without;
  without.queues = {Leaf("adhoc")};
  c.Hear(QueuesSeen{without});
  CHECK(c.Running("etl") == 1);  // draining
  c.See(On(first, "n1", PodPhase::kSucceeded));
  c.See(On(second, "n1", PodPhase::kSucceeded));
  CHECK(c.Running("etl") == 0);
}

}  // namespace
}  // namespace muster::test
