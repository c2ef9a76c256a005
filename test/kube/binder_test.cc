// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/binder.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

constexpr char kBinding[] = "/binding?timeout=4s";

struct Binding {
  explicit Binding(FakeApiServer& fake, HttpLimits limits = HttpLimits())
      : server(fake), http(PlainCredentials(fake), limits), reactor(clock, http) {
    http.set_may_write([this] { return may_write; });
    binder = std::make_unique<Binder>(reactor,
                                      Binder::Sink{[this](Event event) { Hear(std::move(event)); },
                                                   [](std::string) {}, [this] { ++unclear; }},
                                      /*seed=*/1);
    reactor.set_retry_observer([this](Lane lane) { ++retries[lane]; });
  }

  void Hear(Event event) {
    if (auto* accepted = std::get_if<BindAccepted>(&event)) done[accepted->uid] = "accepted";
    if (auto* refused = std::get_if<BindRefused>(&event)) {
      done[refused->uid] = absl::StrCat(refused->code, " ", refused->message);
    }
    ++outcomes;
  }
  void Bind(const std::string& uid, const std::string& name, const std::string& node = "n1") {
    binder->Bind(
        {{uid, "team", name}, node, Stamp{"etl", "g", 2, "", 0, "", absl::FromUnixSeconds(9)}});
  }
  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  // As above, and lets the back-off run.
  bool Wait(const std::function<bool()>& condition) {
    for (int i = 0; i < 200 && !condition(); ++i) {
      RunQuietly(reactor, 3);
      clock.Advance(absl::Milliseconds(200));
    }
    return condition();
  }
  std::string Node(const std::string& name) {
    return server.GetPod("team/" + name).spec().node_name();
  }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  bool may_write = true;
  std::map<std::string, std::string> done;
  int outcomes = 0;
  int unclear = 0;
  std::map<Lane, int> retries;
  std::unique_ptr<Binder> binder;
};

TEST_CASE("a bind carries uid, node and stamp, and is accepted") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  binding.Bind(uid, "a");
  REQUIRE(binding.Until([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == "accepted");
  const k8s::Pod pod = server.GetPod("team/a");
  CHECK(pod.spec().node_name() == "n1");
  CHECK(pod.metadata().annotations().at("muster.dev/bound-queue") == "etl");
  CHECK(pod.metadata().annotations().at("muster.dev/bound-min") == "2");
  CHECK(server.Count("GET", "/pods/a") == 0);  // one write, no read
  CHECK(binding.binder->unsettled() == 0);
}

TEST_CASE("a bind that had its effect without an answer is found out, not repeated") {  // H01
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  server.Add({"POST", kBinding, 1, Fault::Act::kCutAfter});
  binding.Bind(uid, "a");
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == "accepted");
  CHECK(server.Count("POST", kBinding) == 1);
  CHECK(binding.unclear == 1);
  CHECK(binding.retries.empty());
}

TEST_CASE("a bind that was cut before its effect is repeated and bound once") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  server.Add({"POST", kBinding, 3, Fault::Act::kCutBefore});
  server.Add({"GET", "/pods/a", 2, Fault::Act::kReply, 500});
  binding.Bind(uid, "a");
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == "accepted");
  CHECK(binding.Node("a") == "n1");
  CHECK(server.Count("POST", kBinding) == 4);
  CHECK(binding.unclear == 3);
  CHECK(binding.retries[Lane::kBind] == 3);
  CHECK(binding.retries[Lane::kRead] == 2);
}

TEST_CASE("an unknown bind stays unknown while the server cannot be asked") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  server.Add({"POST", kBinding, 1, Fault::Act::kCutAfter});
  server.Add({"GET", "/pods/a", 1000, Fault::Act::kReply, 503});
  binding.Bind(uid, "a");
  for (int i = 0; i < 60; ++i) {
    RunQuietly(binding.reactor, 3);
    binding.clock.Advance(absl::Seconds(1));
  }
  CHECK(binding.outcomes == 0);
  CHECK(binding.binder->unsettled() == 1);
  CHECK(server.Count("GET", "/pods/a") < 30);  // with back-off
  server.ClearFaults();
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == "accepted");
}

TEST_CASE("another pod under the name is never bound") {
  FakeApiServer server;
  server.Put(MakePod("a"));
  Binding binding(server);
  binding.Bind("uid-of-the-old-one", "a");
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done["uid-of-the-old-one"] == "404 pod team/a is another pod of that name now");
  CHECK(binding.Node("a").empty());
}

TEST_CASE("each of the conflicts is told apart by the pod itself") {
  FakeApiServer server;
  k8s::Pod pod = MakePod("a");
  std::string expected;
  SECTION("bound elsewhere") {
    pod.mutable_spec()->set_node_name("n9");
    expected = "409 pod team/a is assigned to node n9";
  }
  SECTION("bound where we wanted") {
    pod.mutable_spec()->set_node_name("n1");
    expected = "accepted";
  }
  SECTION("being deleted") {
    pod.mutable_metadata()->mutable_deletion_timestamp()->set_seconds(1);
    expected = "409 pod team/a is being deleted";
  }
  const std::string uid = server.Put(pod);
  Binding binding(server);
  binding.Bind(uid, "a");
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == expected);
}

TEST_CASE("refusals are told with code and message") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  SECTION("the pod is gone") {
    server.Remove("pods", "team/a");
    binding.Bind(uid, "a");
    REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
    CHECK(binding.done[uid] == "404 404 NotFound: pods \"a\" not found");
  }
  SECTION("a webhook denies it") {
    server.Add({"POST", kBinding, 1, Fault::Act::kReply, 403, 0,
                "{\"reason\":\"Forbidden\",\"message\":\"admission webhook denied\"}"});
    binding.Bind(uid, "a");
    REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
    CHECK(binding.done[uid] == "403 403 Forbidden: admission webhook denied");
    CHECK(server.Count("POST", kBinding) == 1);
  }
  SECTION("the server errs each time") {
    server.Add({"POST", kBinding, 1000, Fault::Act::kReply, 500});
    binding.Bind(uid, "a");
    REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
    CHECK(binding.done[uid] == "500 500: as told");
    CHECK(server.Count("POST", kBinding) == 3);
  }
}

TEST_CASE("429 with Retry-After on half of the binds is honoured, and all get bound") {  // H07
  FakeApiServer server;
  Binding binding(server);
  constexpr int kPods = 60;
  server.Add({"POST", kBinding, kPods / 2, Fault::Act::kReply, 429, 3, "busy"});
  for (int i = 0; i < kPods; ++i) {
    const std::string name = absl::StrCat("p", i);
    binding.Bind(server.Put(MakePod(name)), name);
  }
  REQUIRE(binding.Until([&] { return binding.outcomes == kPods / 2; }));
  binding.clock.Advance(absl::Milliseconds(2900));
  RunQuietly(binding.reactor);
  CHECK(server.Count("POST", kBinding) == kPods);  // none before its time
  REQUIRE(binding.Wait([&] { return binding.outcomes == kPods; }));
  CHECK(server.Count("POST", kBinding) == kPods + kPods / 2);
  for (const auto& [uid, outcome] : binding.done) CHECK(outcome == "accepted");
}

TEST_CASE("binds are bounded in flight and each is sent once") {
  FakeApiServer server;
  HttpLimits limits;
  limits.in_flight[static_cast<size_t>(Lane::kBind)] = 4;
  Binding binding(server, limits);
  for (int i = 0; i < 200; ++i) {
    const std::string name = absl::StrCat("p", i);
    binding.Bind(server.Put(MakePod(name)), name);
  }
  REQUIRE(binding.Until([&] { return binding.outcomes == 200; }));
  CHECK(server.Count("POST", kBinding) == 200);
  CHECK(server.http().accepted() <= 4);
}

TEST_CASE("no bind leaves while the lease is not live") {
  FakeApiServer server;
  const std::string uid = server.Put(MakePod("a"));
  Binding binding(server);
  binding.may_write = false;
  binding.Bind(uid, "a");
  for (int i = 0; i < 20; ++i) {
    RunQuietly(binding.reactor, 3);
    binding.clock.Advance(absl::Seconds(1));
  }
  CHECK(binding.outcomes == 0);
  CHECK(server.Requests().empty());
  binding.may_write = true;
  REQUIRE(binding.Wait([&] { return binding.outcomes == 1; }));
  CHECK(binding.done[uid] == "accepted");
}

TEST_CASE("a bind that waits is dropped when its pod is gone") {
  FakeApiServer server;
  Binding binding(server);
  binding.may_write = false;
  binding.Bind("u", "a");
  RunQuietly(binding.reactor);
  binding.binder->Gone("u");
  binding.may_write = true;
  binding.clock.Advance(absl::Minutes(1));
  RunQuietly(binding.reactor);
  CHECK(server.Requests().empty());
  CHECK(binding.binder->unsettled() == 0);
}

TEST_CASE("a lane of slow status writes does not hold up binds") {
  FakeApiServer server;
  Binding binding(server);
  server.Add({"PATCH", "/status", 100, Fault::Act::kHangBefore});
  for (int i = 0; i < 50; ++i) {
    HttpRequest request;
    request.lane = Lane::kWrite;
    request.method = "PATCH";
    request.path = "/api/v1/namespaces/team/pods/x/status";
    request.content_type = "application/json";
    binding.http.Send(std::move(request), [](HttpReply) {});
  }
  REQUIRE(binding.Until([&] { return server.Count("PATCH", "/status") == 8; }));
  const std::string uid = server.Put(MakePod("a"));
  binding.Bind(uid, "a");
  REQUIRE(binding.Until([&] { return binding.outcomes == 1; }));
  CHECK(server.Count("PATCH", "/status") == 8);
}

}  // namespace
}  // namespace muster::kube
