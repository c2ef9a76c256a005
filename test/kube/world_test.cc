// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/world.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "absl/strings/match.h"
#include "test/kube/running_world.h"

namespace muster::kube {
namespace {

k8s::ConfigMap Config(const std::string& text) {
  k8s::ConfigMap map;
  map.mutable_metadata()->set_namespace_("muster-system");
  map.mutable_metadata()->set_name("muster-config");
  (*map.mutable_data())["muster.yaml"] = text;
  return map;
}

TEST_CASE("synced is told after everything that is there, and not before every kind is whole") {
  FakeApiServer server;
  for (int i = 0; i < 30; ++i) server.Put(MakePod("p" + std::to_string(i)));
  server.Put(MakeNode("n1"));
  server.Put(Config("queues: [{name: etl}]"));
  server.Add({"GET", "/api/v1/nodes", 1, Fault::Act::kHangBefore});
  {
    Running first(server, "muster-config");
    REQUIRE(first.Until([&] { return first.Count<PodSeen>() == 30; }));
    REQUIRE(first.Until([&] { return first.world->NotSynced() == "nodes"; }));
    CHECK(first.Count<Synced>() == 0);
  }
  Running running(server, "muster-config");
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  CHECK(running.Count<PodSeen>() == 30);
  CHECK(running.Count<NodeSeen>() == 1);
  CHECK(running.Count<QueuesSeen>() == 1);
  CHECK(std::holds_alternative<Synced>(running.events.back()));
  CHECK(running.world->NotSynced().empty());
}

TEST_CASE("a wake ends one wait for events, from any thread, also before it began") {
  FakeApiServer server;
  WorldSettings settings;
  settings.credentials = PlainCredentials(server);
  const SystemBootClock clock;
  Notes notes;
  World world(settings, clock, notes);
  std::vector<Event> events;
  std::thread waker([&world] { world.Wake(); });
  CHECK(world.Drain(&events, absl::Now() + absl::Hours(1)));
  waker.join();
  CHECK(events.empty());
  world.Wake();
  CHECK(world.Drain(&events, absl::Now() + absl::Hours(1)));
  const absl::Time began = absl::Now();
  CHECK(world.Drain(&events, began + absl::Milliseconds(20)));  // it was one
  CHECK(absl::Now() >= began + absl::Milliseconds(20));
}

TEST_CASE("nothing is followed before the lease is ours") {
  FakeApiServer server;
  k8s::Lease lease;
  lease.mutable_metadata()->set_namespace_("muster-system");
  lease.mutable_metadata()->set_name("muster");
  lease.mutable_spec()->set_holder_identity("other");
  lease.mutable_spec()->set_lease_duration_seconds(15);
  server.Put(lease);
  Running running(server);
  REQUIRE(running.Until([&] { return running.Noted("standby other"); }));
  CHECK(server.Count("GET", "/api/v1/") == 0);
  CHECK(running.world->NotSynced() == "the lease");
}

TEST_CASE("actions reach the cluster and outcomes the feed") {
  FakeApiServer server;
  server.Put(MakeNode("n1"));
  const std::string a = server.Put(MakePod("a"));
  const std::string b = server.Put(MakePod("b"));
  Running running(server);
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  running.world->Bind({{a, "team", "a"}, "n1", Stamp{"etl", "g", 1, "", 0, "", absl::UnixEpoch()}});
  running.world->Condition({{b, "team", "b"}, 1, "QueueQuota", "first"});
  running.world->Event({{b, "team", "b"}, false, "QueueQuota", "Scheduling", "note"});
  REQUIRE(running.Until([&] { return running.Count<BindAccepted>() == 1; }));
  REQUIRE(running.Until([&] {
    for (const Event& event : running.events) {
      const auto* seen = std::get_if<PodSeen>(&event);
      if (seen != nullptr && seen->pod.uid == b && seen->pod.condition_message == "first")
        return true;
    }
    return false;
  }));
  running.world->Condition({{b, "team", "b"}, 1, "QueueQuota", "second"});
  REQUIRE(running.Until(
      [&] { return server.GetPod("team/b").status().conditions(0).message() == "second"; }));
  const std::vector<WireRequest> requests = server.Requests();
  int with_time = 0;
  for (const WireRequest& request : requests) {
    with_time += absl::StrContains(request.body, "lastTransitionTime") ? 1 : 0;
  }
  CHECK(with_time == 1);  // the status flipped once
  REQUIRE(running.Until([&] { return server.Events().size() == 1; }));
  running.world->Delete({{b, "team", "b"}});
  REQUIRE(running.Until([&] { return running.Count<PodGone>() == 1; }));
}

TEST_CASE("the config is taken whole or not at all, and an error is told where it is seen") {
  FakeApiServer server;
  server.Put(Config("queues: [{name: etl}]"));
  Running running(server, "muster-config");
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  CHECK(running.Count<QueuesSeen>() == 1);
  server.Put(Config("queues: [{name: etl, weight: -3}]"));
  REQUIRE(running.Until([&] { return running.Noted("weight"); }));
  REQUIRE(running.Until([&] { return server.Events().size() == 1; }));
  CHECK(server.Events()[0].regarding().kind() == "ConfigMap");
  CHECK(server.Events()[0].reason() == "ConfigError");
  CHECK(running.Count<QueuesSeen>() == 1);
  server.Remove("configmaps", "muster-system/muster-config");
  server.Put(Config("queues: [{name: other}]"));
  REQUIRE(running.Until([&] { return running.Count<QueuesSeen>() == 2; }));
}

TEST_CASE("a config that is invalid from the start decides nothing until it is valid") {
  FakeApiServer server;
  server.Put(Config("queues: 7"));
  Running running(server, "muster-config");
  REQUIRE(running.Until([&] { return running.world->NotSynced() == "a valid queue config"; }));
  CHECK(running.Count<Synced>() == 0);
  server.Put(Config("queues: [{name: etl}]"));
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  CHECK(running.Count<QueuesSeen>() == 1);
  CHECK(std::holds_alternative<Synced>(running.events.back()));
}

TEST_CASE("nothing is bound while the pods cannot be seen, and all goes on once they are") {
  FakeApiServer server;
  server.Put(MakeNode("n1"));
  const std::string a = server.Put(MakePod("a"));
  HandClock clock;
  Notes notes;
  WorldSettings settings;
  settings.credentials = PlainCredentials(server);
  settings.elect = false;
  World world(settings, clock, notes);
  world.Start();
  std::vector<Event> events;
  const auto accepted = [&] {
    world.Drain(&events, absl::Now() + absl::Milliseconds(5));
    return std::any_of(events.begin(), events.end(), [](const Event& event) {
      return std::holds_alternative<BindAccepted>(event);
    });
  };
  const auto synced = [&] { return world.NotSynced().empty(); };
  while (!synced()) accepted();
  server.Add({"GET", "/api/v1/pods", 100'000, Fault::Act::kReply, 503});
  server.CutWatches("pods");
  size_t events_sent = 0;
  const auto pass = [&](absl::Duration time) {
    clock.Advance(time);
    world.Event({{a, "team", "a"}, false, "R", "A", ""});  // wakes the I/O thread
    ++events_sent;
  };
  // The second request comes after the first has been refused: then it is known to be blind.
  const int asked = server.Count("GET", "/api/v1/pods?");
  const auto blind = [&] { return server.Count("GET", "/api/v1/pods?") >= asked + 2; };
  for (int i = 0; i < 2000 && !blind(); ++i) {
    pass(absl::Seconds(1));
    accepted();
  }
  REQUIRE(blind());
  clock.Advance(absl::Seconds(5));
  world.Bind({{a, "team", "a"}, "n1", Stamp{"q", "g", 1, "", 0, "", absl::UnixEpoch()}});
  for (int i = 0; i < 20; ++i) CHECK_FALSE(accepted());
  CHECK(server.Count("POST", "/binding") == 0);
  server.ClearFaults();
  bool bound = false;
  for (int i = 0; i < 400 && !bound; ++i) {
    pass(absl::Milliseconds(500));
    bound = accepted();
  }
  CHECK(bound);
  for (int i = 0; i < 400 && server.Events().size() < events_sent; ++i) {
    clock.Advance(absl::Milliseconds(500));
    world.Forecast({{a, "team", "a"}, "none", "", "", ""});
    accepted();
  }
  CHECK(server.Events().size() == events_sent);
  // What the server has seen need not be answered yet: the stop waits for it by the clock.
  std::atomic<bool> stopped{false};
  std::thread stopper([&] {
    world.Stop();
    stopped = true;
  });
  while (!stopped) {
    clock.Advance(absl::Milliseconds(1));
    std::this_thread::yield();
  }
  stopper.join();
}

TEST_CASE("losing the lease closes the feed") {
  FakeApiServer server;
  Running running(server);
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  k8s::Lease lease = server.GetLease("muster-system/muster");
  lease.mutable_spec()->set_holder_identity("other");
  server.Put(lease);
  REQUIRE(running.Until([&] { return !running.open; }));
  CHECK(running.Noted("end lease muster-system/muster was taken by other"));
}

TEST_CASE("a stop lets a bind under way end, gives the lease up, and is quick") {
  FakeApiServer server;
  server.Put(MakeNode("n1"));
  const std::string a = server.Put(MakePod("a"));
  Running running(server);
  REQUIRE(running.Until([&] { return running.Count<Synced>() == 1; }));
  const absl::Time from = absl::Now();
  SECTION("the server answers") {
    running.world->Bind({{a, "team", "a"}, "n1", Stamp{"q", "g", 1, "", 0, "", absl::UnixEpoch()}});
    running.world->Stop();
    CHECK(server.GetPod("team/a").spec().node_name() == "n1");
    CHECK(server.GetLease("muster-system/muster").spec().holder_identity().empty());
  }
  SECTION("a bind hangs: it may still land, so the lease must run out") {
    server.Add({"POST", "/binding", 1, Fault::Act::kHangBefore});
    running.world->Bind({{a, "team", "a"}, "n1", Stamp{"q", "g", 1, "", 0, "", absl::UnixEpoch()}});
    running.world->Stop();
    CHECK(server.GetLease("muster-system/muster").spec().holder_identity() == "me");
  }
  CHECK(absl::Now() - from < absl::Seconds(2));
  std::vector<Event> events;
  CHECK_FALSE(running.world->Drain(&events, absl::InfinitePast()));
}

}  // namespace
}  // namespace muster::kube
