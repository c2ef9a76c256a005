// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/election.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "scheduler/kube/identity.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

constexpr char kKey[] = "muster-system/muster";

// One candidate, on the clock that the test moves.
struct Candidate {
  Candidate(FakeApiServer& server, HandClock& hand, const std::string& identity)
      : http(PlainCredentials(server), HttpLimits()), reactor(hand, http), clock(hand) {
    LeaseSettings settings;
    settings.identity = identity;
    election = std::make_unique<Election>(
        reactor, settings,
        Election::Sink{[this] { ++lead; }, [this](std::string why) { lost.push_back(why); },
                       [this](std::string text) { problems.push_back(std::move(text)); },
                       [this](std::string holder) { holders.push_back(std::move(holder)); }});
  }
  bool Until(const std::function<bool()>& condition) { return RunUntil(reactor, condition); }
  // Time passes in small steps, in which the candidate does its rounds.
  void Live(absl::Duration span) {
    for (absl::Duration passed; passed < span; passed += absl::Milliseconds(250)) {
      clock.Advance(absl::Milliseconds(250));
      RunUntil(reactor, [&] { return http.Pending(Lane::kLease) == 0; });
      reactor.RunOnce(absl::ZeroDuration());
      RunUntil(reactor, [&] { return http.Pending(Lane::kLease) == 0; });
    }
  }
  bool LeadsNow() { return election->leading(); }

  Http http;
  Reactor reactor;
  HandClock& clock;
  std::unique_ptr<Election> election;
  int lead = 0;
  std::vector<std::string> lost;
  std::vector<std::string> problems;
  std::vector<std::string> holders;
};

k8s::Lease LeaseOf(const std::string& holder) {
  k8s::Lease lease;
  lease.mutable_metadata()->set_name("muster");
  lease.mutable_metadata()->set_namespace_("muster-system");
  lease.mutable_spec()->set_holder_identity(holder);
  lease.mutable_spec()->set_lease_duration_seconds(15);
  lease.mutable_spec()->set_lease_transitions(3);
  return lease;
}

TEST_CASE("where there is no lease the candidate creates it and leads at once") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  CHECK(server.GetLease(kKey).spec().holder_identity() == "one");
  CHECK(server.GetLease(kKey).spec().lease_duration_seconds() == 15);
  CHECK(one.election->MayWrite());
  one.Live(absl::Seconds(60));
  CHECK(one.lead == 1);
  CHECK(one.lost.empty());
  CHECK(server.Count("PUT", "leases/muster?timeout=4s") >= 25);
}

TEST_CASE("a lease that is renewed is left alone; one that expires is taken, and led 4 s later") {
  FakeApiServer server;
  HandClock clock;
  server.Put(LeaseOf("other"));
  Candidate one(server, clock, "one");
  one.election->Start();
  for (int i = 0; i < 10; ++i) {
    one.Live(absl::Seconds(10));
    server.Put(LeaseOf("other"));
  }
  CHECK(server.GetLease(kKey).spec().holder_identity() == "other");
  CHECK(one.holders == std::vector<std::string>{"other"});
  const absl::Duration from = clock.Now();
  while (server.GetLease(kKey).spec().holder_identity() == "other") one.Live(absl::Seconds(1));
  const absl::Duration taken = clock.Now();
  CHECK(taken - from >= absl::Seconds(15));
  CHECK(taken - from <= absl::Seconds(20));
  CHECK(server.GetLease(kKey).spec().lease_transitions() == 4);
  CHECK_FALSE(one.LeadsNow());
  while (!one.LeadsNow()) one.Live(absl::Milliseconds(250));
  CHECK(clock.Now() - taken >= absl::Seconds(3));
  CHECK(clock.Now() - taken <= absl::Milliseconds(4500));
}

TEST_CASE("a released lease is taken and led at once") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  bool released = false;
  SECTION("between two renewals") {}
  SECTION("while a renewal is under way whose answer we do not wait for") {
    server.Add({"PUT", "leases/muster", 1, Fault::Act::kHang});
    clock.Advance(absl::Seconds(2));
    REQUIRE(one.Until([&] { return server.Count("PUT", "leases/muster") == 1; }));
  }
  one.election->Release([&] { released = true; });
  REQUIRE(one.Until([&] { return released; }));
  CHECK_FALSE(one.election->MayWrite());
  CHECK(server.GetLease(kKey).spec().holder_identity().empty());
  Candidate two(server, clock, "two");
  two.election->Start();
  CHECK(two.Until([&] { return two.LeadsNow(); }));
}

TEST_CASE("a daemon started again under its own identity leads at once") {
  FakeApiServer server;
  HandClock clock;
  server.Put(LeaseOf("one"));
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  CHECK(server.GetLease(kKey).spec().lease_transitions() == 3);
}

TEST_CASE("writes are fenced at 60 % of the lease while it cannot be renewed") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  server.Add({"PUT", "leases/muster", 100'000, Fault::Act::kReply, 503});
  one.Live(absl::Milliseconds(8750));
  CHECK(one.election->MayWrite());
  one.Live(absl::Milliseconds(500));
  CHECK_FALSE(one.election->MayWrite());
  one.Live(absl::Minutes(5));
  CHECK_FALSE(one.election->MayWrite());
  CHECK(std::count(one.problems.begin(), one.problems.end(),
                   "lease muster-system/muster could not be renewed for 10s: "
                   "nothing is written until it is") == 1);
  SECTION("if nobody wrote the lease meanwhile, all goes on") {
    server.ClearFaults();
    one.Live(absl::Seconds(3));
    CHECK(one.election->MayWrite());
    CHECK(one.lost.empty());
  }
  SECTION("if another one took and even released it, the leadership is lost") {
    server.Put(LeaseOf("other"));
    server.Put(LeaseOf(""));
    server.ClearFaults();
    one.Live(absl::Seconds(3));
    REQUIRE(one.lost.size() == 1);
    CHECK_FALSE(one.election->MayWrite());
  }
  CHECK(one.lead == 1);
}

TEST_CASE("a machine that slept through its lease may not write when it wakes") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  clock.Advance(absl::Hours(8));
  CHECK_FALSE(one.election->MayWrite());
}

TEST_CASE("a lease taken by another ends our leadership at the next renewal") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  server.Put(LeaseOf("other"));
  one.Live(absl::Seconds(3));
  REQUIRE(one.lost.size() == 1);
  CHECK(one.lost[0] == "lease muster-system/muster was taken by other");
  CHECK_FALSE(one.election->MayWrite());
}

TEST_CASE("a renewal whose answer is lost is no loss of leadership") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  one.election->Start();
  REQUIRE(one.Until([&] { return one.LeadsNow(); }));
  server.Add({"PUT", "leases/muster", 3, Fault::Act::kCutAfter});
  one.Live(absl::Seconds(30));
  CHECK(one.lost.empty());
  CHECK(one.election->MayWrite());
}

TEST_CASE("two candidates at once: one leads") {
  FakeApiServer server;
  HandClock clock;
  Candidate one(server, clock, "one");
  Candidate two(server, clock, "two");
  one.election->Start();
  two.election->Start();
  for (int i = 0; i < 40; ++i) {
    one.Live(absl::Milliseconds(250));
    two.Live(absl::Milliseconds(250));
    CHECK_FALSE((one.election->MayWrite() && two.election->MayWrite()));
  }
  CHECK(one.lead + two.lead == 1);
}

TEST_CASE("a name is borne by one process at a time, and by the next one after it") {
  std::string name;
  {
    const Identity first("ns/lease", "https://a");
    const Identity second("ns/lease", "https://a");
    const Identity elsewhere("ns/lease", "https://b");
    name = first.name();
    CHECK(second.name() != name);
    CHECK(elsewhere.name() == name);
  }
  CHECK(Identity("ns/lease", "https://a").name() == name);
}

}  // namespace
}  // namespace muster::kube
