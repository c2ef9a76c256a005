// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/writes.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kube/reports.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

struct Writing {
  explicit Writing(FakeApiServer& fake, size_t capacity = 100)
      : server(fake),
        http(PlainCredentials(fake), HttpLimits()),
        reactor(clock, http),
        writes(
            reactor, capacity, [this](std::string text) { problems.push_back(text); }, 1) {}

  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  bool Settle() {
    for (int i = 0; i < 200 && writes.unsettled() > 0; ++i) {
      RunQuietly(reactor, 3);
      clock.Advance(absl::Milliseconds(500));
    }
    return writes.unsettled() == 0;
  }
  void Condition(const std::string& uid, const std::string& name, const std::string& message) {
    writes.Send(uid, {ConditionRequest({{uid, "team", name}, 7, "QueueQuota", message}, true,
                                       absl::FromUnixSeconds(0)),
                      "condition of pod team/" + name, 5, nullptr});
  }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  std::vector<std::string> problems;
  Writes writes;
};

TEST_CASE("a condition is merged into the pod's status by type") {
  FakeApiServer server;
  k8s::Pod pod = MakePod("a");
  pod.mutable_status()->add_conditions()->set_type("Ready");
  const std::string uid = server.Put(pod);
  Writing writing(server);
  writing.Condition(uid, "a", "queue \"etl\": 36 of 40\ncpu \x01 \xff");
  REQUIRE(writing.Settle());
  const k8s::Pod after = server.GetPod("team/a");
  REQUIRE(after.status().conditions_size() == 2);
  const k8s::PodCondition& condition = after.status().conditions(1);
  CHECK(condition.type() == "PodScheduled");
  CHECK(condition.status() == "False");
  CHECK(condition.reason() == "QueueQuota");
  CHECK(condition.message() == "queue \"etl\": 36 of 40\ncpu \x01 \xef\xbf\xbd");
  CHECK(condition.observed_generation() == 7);
  CHECK(condition.has_last_transition_time());
  CHECK(writing.problems.empty());
}

TEST_CASE("a condition of a pod that is another one now is dropped in silence") {
  FakeApiServer server;
  server.Put(MakePod("a"));
  Writing writing(server);
  writing.Condition("old-uid", "a", "x");
  writing.Condition("some-uid", "absent", "x");
  REQUIRE(writing.Settle());
  CHECK(server.GetPod("team/a").status().conditions_size() == 0);
  CHECK(server.Count("PATCH", "/status") == 2);
  CHECK(writing.problems.empty());
}

TEST_CASE("a condition that is withdrawn before it was sent is never written") {
  FakeApiServer server;
  const std::string a = server.Put(MakePod("a"));
  const std::string b = server.Put(MakePod("b"));
  Writing writing(server);
  writing.Condition(a, "a", "x");
  writing.Condition(b, "b", "x");
  writing.writes.Withdraw(a);
  writing.writes.Withdraw("unknown");
  CHECK(writing.writes.unsettled() == 1);
  REQUIRE(writing.Settle());
  CHECK(server.GetPod("team/a").status().conditions_size() == 0);
  CHECK(server.GetPod("team/b").status().conditions_size() == 1);
  CHECK(server.Count("PATCH", "/status") == 1);
}

TEST_CASE("of a condition under way only what would follow it is withdrawn") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Writing writing(server);
  writing.Condition(uid, "a", "first");
  RunQuietly(writing.reactor, 1);
  writing.Condition(uid, "a", "second");
  writing.writes.Withdraw(uid);
  REQUIRE(writing.Settle());
  CHECK(server.Count("PATCH", "/status") == 1);
  CHECK(server.GetPod("team/a").status().conditions(0).message() == "first");
}

TEST_CASE("of conditions that change while one is under way only the newest is written") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Writing writing(server);
  for (int i = 0; i < 50; ++i) writing.Condition(uid, "a", absl::StrCat("message ", i));
  REQUIRE(writing.Settle());
  CHECK(server.Count("PATCH", "/status") == 2);
  CHECK(server.GetPod("team/a").status().conditions(0).message() == "message 49");
}

TEST_CASE("writes that fail in passing are tried again, with Retry-After, and not for ever") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Writing writing(server);
  SECTION("throttled, then cut") {
    server.Add({"PATCH", "/status", 1, Fault::Act::kReply, 429, 20});
    server.Add({"PATCH", "/status", 1, Fault::Act::kCutBefore});
    writing.Condition(uid, "a", "x");
    REQUIRE(writing.Until([&] { return server.Count("PATCH", "/status") == 1; }));
    RunQuietly(writing.reactor);
    writing.clock.Advance(absl::Seconds(19));
    RunQuietly(writing.reactor);
    CHECK(server.Count("PATCH", "/status") == 1);
    REQUIRE(writing.Settle());
    CHECK(server.GetPod("team/a").status().conditions_size() == 1);
    CHECK(writing.problems.empty());
  }
  SECTION("down for good") {
    server.Add({"PATCH", "/status", 1000, Fault::Act::kReply, 500});
    writing.Condition(uid, "a", "x");
    REQUIRE(writing.Settle());
    CHECK(server.Count("PATCH", "/status") == 5);
    REQUIRE(writing.problems.size() == 1);
    CHECK(writing.problems[0] == "condition of pod team/a: given up: 500: as told");
  }
}

TEST_CASE("an outage uses up no tries") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Writing writing(server);
  server.http().Down();
  writing.Condition(uid, "a", "x");
  for (int i = 0; i < 60; ++i) {
    RunQuietly(writing.reactor, 2);
    writing.clock.Advance(absl::Seconds(10));
  }
  CHECK(writing.writes.unsettled() == 1);
  server.http().Up();
  REQUIRE(writing.Settle());
  CHECK(server.GetPod("team/a").status().conditions_size() == 1);
}

TEST_CASE("a full house drops what comes, and says so once") {
  FakeApiServer server;
  Writing writing(server, 3);
  server.Add({"PATCH", "/status", 1000, Fault::Act::kHangBefore});
  for (int i = 0; i < 10; ++i) writing.Condition(absl::StrCat("u", i), "a", "x");
  CHECK(writing.writes.unsettled() == 3);
  CHECK(writing.problems ==
        std::vector<std::string>{"condition of pod team/a: dropped, 3 writes wait"});
}

TEST_CASE("an event says what it regards, and a long note is cut between characters") {
  FakeApiServer server;
  Writing writing(server);
  std::string note(1020, 'x');
  note += "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";
  const loop::PostEvent action{{"u1", "team", "a"}, true, "CapacityShort", "Scheduling", note};
  writing.writes.Send(
      "1", {EventRequest(action, {"muster", "muster-host"}, absl::FromUnixMicros(12)), "event", 3,
            nullptr});
  REQUIRE(writing.Settle());
  REQUIRE(server.Events().size() == 1);
  const k8s::Event event = server.Events()[0];
  CHECK(event.metadata().namespace_() == "team");
  CHECK(event.metadata().name() == "a.0000000000002ee0");
  CHECK(event.regarding().kind() == "Pod");
  CHECK(event.regarding().uid() == "u1");
  CHECK(event.type() == "Warning");
  CHECK(event.reason() == "CapacityShort");
  CHECK(event.reporting_controller() == "muster");
  CHECK(event.event_time().nanos() == 12000);
  CHECK(event.note().size() <= 1024);
  CHECK(absl::EndsWith(event.note(), "x..."));
}

TEST_CASE("a delete removes the pod of that uid and no other") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  server.Put(MakePod("b"));
  Writing writing(server);
  server.Add({"DELETE", "/pods/a", 2, Fault::Act::kReply, 500});
  writing.writes.Send("1", {DeleteRequest({uid, "team", "a"}), "delete", 0, nullptr});
  writing.writes.Send("2", {DeleteRequest({"old", "team", "b"}), "delete", 0, nullptr});
  REQUIRE(writing.Settle());
  CHECK_FALSE(server.Has("pods", "team/a"));
  CHECK(server.Has("pods", "team/b"));
  CHECK(server.Count("DELETE", "timeout=4s") == 4);
}

}  // namespace
}  // namespace muster::kube
