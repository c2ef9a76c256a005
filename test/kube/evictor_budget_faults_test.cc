// SPDX-License-Identifier: Apache-2.0
// Asking budgets while the server fails, while other orders go, and what races leave.
#include <catch2/catch.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/kube/evicting.h"

namespace muster::kube {
namespace {

TEST_CASE("a failing list or read is asked anew, and the answer counts") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  const int allowed = GENERATE(1, 2);
  server.Put(MakeBudget("some", "work", "a", allowed));
  server.Put(MakeBudget("none", "work", "b", 0));  // so that pods are read
  const char* path = GENERATE(kBudgets, "/pods/a-1");
  CAPTURE(allowed, path);
  SECTION("an error") { server.Add({"GET", path, 1, Fault::Act::kReply, 500}); }
  SECTION("overload") { server.Add({"GET", path, 2, Fault::Act::kReply, 429, 1}); }
  SECTION("no token for a while") { server.Add({"GET", path, 2, Fault::Act::kReply, 401}); }
  SECTION("no answer") { server.Add({"GET", path, 3, Fault::Act::kCutBefore}); }
  SECTION("an answer that is none") {
    server.Add({"GET", path, 1, Fault::Act::kReply, 200, 0, "{\"kind\":\"Status\"}"});
  }
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(evicting.problems.size() > 0);
  CHECK(Leaving(evicting, a) == (allowed == 2 ? 2 : 0));
  CHECK(evicting.refused.size() == (allowed == 2 ? 0 : 2));
  for (const auto& [uid, why] : evicting.refused) {
    CHECK(why == "429 disruption budget team/some allows 1 of 2 pods to go");
  }
}

TEST_CASE("what was heard before a failure is forgotten") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 6);
  server.Put(MakeBudget("some", "work", "a", 1));
  server.Put(MakeBudget("others", "work", "z", 0));  // so that pods are read the second time, too
  server.Add({"GET", "/pods/a-0", 1, Fault::Act::kReply, 500});
  for (const char* path : {"/pods/a-1", "/pods/a-2", "/pods/a-3"}) {
    server.Add({"GET", path, 1, Fault::Act::kHangBefore});
  }
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return !evicting.problems.empty(); }));
  server.Put(MakeBudget("some", "work", "a", 6));
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, a) == 6);
}

TEST_CASE("the pods of a large order are read a few at a time") {
  FakeApiServer server;
  Evicting evicting(server);
  server.Put(MakeBudget("some", "work", "z", 1));
  server.Add({"GET", "/pods/", 1000, Fault::Act::kHangBefore});
  evicting.Evict({evicting.Victim("a", 12)});
  REQUIRE(evicting.Until([&] { return server.Count("GET", "/pods/") > 0; }));
  RunQuietly(evicting.reactor);
  CHECK(server.Count("GET", "/pods/") <= static_cast<int>(BudgetQuestions::kReads));
}

TEST_CASE("a failed list waits as long as the server asked") {
  FakeApiServer server;
  Evicting evicting(server);
  server.Add({"GET", kBudgets, 1, Fault::Act::kReply, 429, 3});
  evicting.Evict({evicting.Victim("a", 1)});
  REQUIRE(evicting.Until([&] { return !evicting.problems.empty(); }));
  evicting.clock.Advance(absl::Milliseconds(2900));
  RunQuietly(evicting.reactor);
  CHECK(server.Count("GET", kBudgets) == 1);
  REQUIRE(evicting.Settle());
  CHECK(evicting.Leaves("a-0"));
}

TEST_CASE("what budgets say is given up while the claim lives, and nothing is evicted later") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  server.Put(MakeBudget("one", "work", "a", 1));
  std::string what;
  bool hangs = false;
  SECTION("their list fails") {
    server.Add({"GET", kBudgets, 1000, Fault::Act::kReply, 503});
    what = "listing disruption budgets of namespace team: 503: as told";
  }
  SECTION("their pods cannot be read") {
    server.Add({"GET", "/pods/a-0", 1000, Fault::Act::kReply, 503});
    what = "reading pod team/a-0: 503: as told";
  }
  SECTION("no answer comes") {
    server.Add({"GET", kBudgets, 1000, Fault::Act::kHangBefore});
    what = "no answer about its budgets";
    hangs = true;
  }
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return server.Count("GET", "") > 0; }));
  if (hangs) evicting.clock.Advance(absl::Seconds(30));
  REQUIRE(evicting.Settle(absl::Seconds(1)));
  REQUIRE(evicting.refused.size() == 2);
  CHECK(evicting.refused[a.pods[0].uid] == "0 undecided after 30s: " + what);
  server.ClearFaults();
  evicting.clock.Advance(absl::Minutes(5));
  RunQuietly(evicting.reactor);
  CHECK(evicting.Real() == 0);
}

TEST_CASE("orders under one budget go one after another, so that it is not promised twice") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 3);
  const auto b = evicting.Victim("b", 2);
  server.Put(MakeBudget("all", "team", "x", 4));
  for (const auto& victim : {a, b}) {
    for (const loop::PodRef& ref : victim.pods) {
      k8s::Pod pod = server.GetPod("team/" + ref.name);
      (*pod.mutable_metadata()->mutable_labels())["team"] = "x";
      server.Put(pod);
    }
  }
  HoldCommit(server, "a-0");
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return evicting.Real() == 1; }));
  evicting.Evict({b});
  REQUIRE(evicting.Until([&] { return server.Count("POST", kDry) == 5; }));
  RunQuietly(evicting.reactor);
  CHECK(server.Count("GET", kBudgets) == 1);
  SECTION("what the first one takes is counted") {
    REQUIRE(evicting.Settle());
    CHECK(Leaving(evicting, a) == 3);
    CHECK(Leaving(evicting, b) == 0);
    CHECK(evicting.refused[b.pods[0].uid] ==
          "429 disruption budget team/all allows 1 of 2 pods to go");
  }
  SECTION("and what it does not take since it is refused is not") {
    server.Add({"POST", "/a-0/eviction", 1, Fault::Act::kReply, 403});
    REQUIRE(evicting.Settle());
    CHECK(Leaving(evicting, a) == 0);
    CHECK(Leaving(evicting, b) == 2);
  }
}

TEST_CASE("an order that waits for another too long is given up") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 1);
  const auto b = evicting.Victim("b", 1);
  server.Put(MakeBudget("both", "work", "a", 2));
  server.Add({"POST", "/a-0/eviction?timeout=4s&dryRun", 1, Fault::Act::kReply, 201});
  server.Add({"POST", "/a-0/eviction", 1, Fault::Act::kCutBefore});
  server.Add({"GET", "/pods/a-0", 1000, Fault::Act::kReply, 503});  // did it go? nobody knows
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return evicting.Real() == 1; }));
  evicting.Evict({b});
  REQUIRE(evicting.Until([&] { return server.Count("POST", kDry) == 2; }));
  REQUIRE(evicting.Until([&] {
    evicting.clock.Advance(absl::Milliseconds(100));
    return !evicting.refused.empty();
  }));
  CHECK(evicting.refused[b.pods[0].uid] ==
        "0 undecided after 30s: other pods of its namespace are being evicted");
  CHECK_FALSE(evicting.Leaves("b-0"));
  server.ClearFaults();
  REQUIRE(evicting.Settle());
  CHECK_FALSE(evicting.Leaves("a-0"));
}

TEST_CASE("orders without a budget between them do not wait for each other") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  HoldCommit(server, "a-0");
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return evicting.Real() == 1; }));
  evicting.Evict({evicting.Victim("b", 2)});
  REQUIRE(evicting.Until([&] { return evicting.Leaves("b-1"); }));
  CHECK(Leaving(evicting, a) == 0);
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, a) == 2);
}

TEST_CASE("pods that go or are replaced while budgets are asked do not count") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 4);
  server.Put(MakeBudget("one", "work", "a", 1));
  server.Add({"GET", kBudgets, 1, Fault::Act::kReply, 503});
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return !evicting.problems.empty(); }));
  server.Remove("pods", "team/a-0");
  evicting.evictor->Gone(a.pods[0].uid);
  server.Remove("pods", "team/a-1");  // the watch is late
  k8s::Pod other = MakeRunningPod("a-2", "a");
  other.mutable_metadata()->set_uid("another");
  server.Put(other);
  server.Add({"POST", "/a-2/eviction", 1, Fault::Act::kReply, 409});  // the uid is another
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK_FALSE(evicting.Leaves("a-2"));
  CHECK(evicting.Leaves("a-3"));
}

TEST_CASE("where no pod is left after the dry runs no budget is asked") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  for (const loop::PodRef& pod : a.pods) server.Remove("pods", "team/" + pod.name);
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK(server.Count("GET", kBudgets) == 0);
}

TEST_CASE("when all pods are gone their budgets' answer is not waited for") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  server.Add({"GET", kBudgets, 1, Fault::Act::kReply, 503});
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return !evicting.problems.empty(); }));
  for (const loop::PodRef& pod : a.pods) {
    server.Remove("pods", "team/" + pod.name);
    evicting.evictor->Gone(pod.uid);
  }
  CHECK(evicting.evictor->unsettled() == 0);
  evicting.clock.Advance(absl::Minutes(5));
  RunQuietly(evicting.reactor);
  CHECK(evicting.refused.empty());
  CHECK(server.Count("GET", kBudgets) == 1);
}

TEST_CASE("a budget that is used up after its answer keeps what it covers, as told pod by pod") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 3);
  server.Put(MakeBudget("all", "work", "a", 3));
  HoldCommit(server, "a-0");
  evicting.Evict({a});
  REQUIRE(evicting.Until([&] { return evicting.Real() == 1; }));
  server.Put(MakeBudget("all", "work", "a", 1));  // somebody else evicts
  REQUIRE(evicting.Settle(absl::Seconds(1)));
  CHECK(evicting.Leaves("a-0"));
  CHECK(Leaving(evicting, a) == 1);
  CHECK(evicting.refused.size() == 2);
  CHECK(absl::StartsWith(evicting.refused[a.pods[1].uid], "429 pod team/a-1: "));
}

TEST_CASE("whatever budgets allow and whatever fails, a victim goes whole or stays whole") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Luck below(seed);
    FakeApiServer server;
    Evicting evicting(server);
    std::vector<loop::EvictPods::Victim> victims;
    for (int v = 0; v < 4; ++v) {
      victims.push_back(evicting.Victim(std::string(1, static_cast<char>('a' + v)), 1 + below(4)));
      for (const loop::PodRef& ref : victims.back().pods) {
        k8s::Pod pod = server.GetPod("team/" + ref.name);
        (*pod.mutable_metadata()->mutable_labels())["budget"] = absl::StrCat(below(3));
        if (below(5) == 0) pod.mutable_status()->mutable_conditions(0)->set_status("False");
        server.Put(pod);
      }
    }
    for (int b = below(3); b >= 0; --b) {
      k8s::PodDisruptionBudget budget =
          MakeBudget(absl::StrCat("b", b), "budget", absl::StrCat(b), 1 + below(5));
      budget.mutable_status()->set_desired_healthy(below(2));
      server.Put(budget);
    }
    const Fault::Act acts[] = {Fault::Act::kReply, Fault::Act::kCutBefore, Fault::Act::kCutAfter};
    const int codes[] = {409, 429, 500, 503};
    for (int f = below(6); f > 0; --f) {
      const std::string pod =
          absl::StrCat("/", std::string(1, static_cast<char>('a' + below(4))), "-", below(3));
      server.Add(
          {below(3) > 0 ? "POST" : "GET", pod, 1 + below(3), acts[below(3)], codes[below(4)]});
      if (below(3) == 0) server.Add({"GET", kBudgets, 1, acts[below(3)], codes[below(4)]});
    }
    // In one order, in several, or one while another is on its way.
    std::vector<loop::EvictPods::Victim> together;
    for (const auto& victim : victims) {
      together.push_back(victim);
      if (below(2) == 0) evicting.Evict(std::exchange(together, {}));
      if (below(2) == 0) RunQuietly(evicting.reactor, below(4));
    }
    evicting.Evict(together);
    CheckWholeOrNone(evicting, victims);
  }
}

}  // namespace
}  // namespace muster::kube
