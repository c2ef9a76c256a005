// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/evictor.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/kube/evicting.h"

namespace muster::kube {
namespace {

TEST_CASE("all are asked first; then each victim's first pod goes, and its others after it") {
  FakeApiServer server;
  Evicting evicting(server);
  evicting.Evict({evicting.Victim("a", 3), evicting.Victim("b", 2)});
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK(evicting.problems.empty());
  for (const char* name : {"a-0", "a-1", "a-2", "b-0", "b-1"}) CHECK(evicting.Leaves(name));
  std::vector<std::string> order;
  for (const WireRequest& request : server.Requests()) {
    const bool dry = absl::StrContains(request.query_text, "dryRun");
    const size_t from = request.path.rfind("pod");
    order.push_back((dry ? "?" : "") + std::string(request.path.substr(from)));
  }
  REQUIRE(order.size() == 11);
  const auto at = [&order](const char* what) {
    return std::find(order.begin(), order.end(), what) - order.begin();
  };
  CHECK(at("poddisruptionbudgets") == 5);
  CHECK(at("pods/a-0/eviction") == 6);
  CHECK(at("pods/a-1/eviction") > 6);
  CHECK(at("pods/b-0/eviction") > 6);
  CHECK(at("pods/b-1/eviction") > at("pods/b-0/eviction"));
  CHECK(evicting.evicted.size() == 5);
  CHECK(evicting.evicted[0] == "a-0 for gang x");
}

TEST_CASE("one refusal of a dry run, and nothing is evicted of any victim") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 3);
  const auto b = evicting.Victim("b", 2);
  std::string why;
  SECTION("a budget without disruptions left") {
    server.Put(MakeBudget("quorum", "pod", "b-1", 0));
    why =
        "429 pod team/b-1: 429 TooManyRequests: Cannot evict pod as it would violate the pod's "
        "disruption budget. The disruption budget quorum needs 1 healthy pods and has 1 currently";
  }
  SECTION("a budget that the server has not processed yet") {
    k8s::PodDisruptionBudget budget = MakeBudget("quorum", "pod", "b-1", 5);
    budget.mutable_metadata()->set_generation(2);
    server.Put(budget);
    why =
        "429 pod team/b-1: 429 TooManyRequests: Cannot evict pod as it would violate the pod's "
        "disruption budget. The disruption budget quorum is still being processed by the server.";
  }
  SECTION("the same, said in JSON and with Retry-After") {
    server.Add({"POST", "/b-1/eviction", 1, Fault::Act::kReply, 429, 10,
                "{\"reason\":\"TooManyRequests\",\"message\":\"no\",\"details\":{\"causes\":[{"
                "\"reason\":\"DisruptionBudget\",\"message\":\"says quorum\"}]}}"});
    why = "429 pod team/b-1: 429 TooManyRequests: no says quorum";
  }
  SECTION("several budgets cover a pod") {
    server.Put(MakeBudget("one", "work", "b", 5));
    server.Put(MakeBudget("two", "pod", "b-1", 5));
    why =
        "500 pod team/b-1: 500: This pod has more than one PodDisruptionBudget, which the "
        "eviction subresource does not support.";
  }
  SECTION("a webhook denies it") {
    server.Add({"POST", "/b-1/eviction", 1, Fault::Act::kReply, 403, 0,
                "{\"reason\":\"Forbidden\",\"message\":\"admission webhook denied\"}"});
    why = "403 pod team/b-1: 403 Forbidden: admission webhook denied";
  }
  SECTION("the server errs each time") {
    server.Add({"POST", "/b-1/eviction", 1000, Fault::Act::kReply, 500});
    why = "500 pod team/b-1: 500: as told";
  }
  SECTION("the pod is there, and the server says that what is asked of it is not") {
    server.Add({"POST", "/b-1/eviction", 1000, Fault::Act::kReply, 404});
    why = "404 pod team/b-1: 404: as told";
  }
  evicting.Evict({a, b});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Real() == 0);
  CHECK(evicting.evicted.empty());
  CHECK(evicting.refused.size() == 5);
  for (const loop::PodRef& pod : b.pods) CHECK(evicting.refused[pod.uid] == why);
  for (const loop::PodRef& pod : a.pods) {
    CHECK(evicting.refused[pod.uid] == "0 not evicted: " + why.substr(4));
  }
}

TEST_CASE("an overloaded server's 429 is no refusal: its Retry-After is honoured") {
  FakeApiServer server;
  Evicting evicting(server);
  server.Add(
      {"POST", kDry, 1, Fault::Act::kReply, 429, 3, "Too many requests, please try again later."});
  evicting.Evict({evicting.Victim("a", 1)});
  REQUIRE(evicting.Until([&] { return server.Count("POST", kDry) == 1; }));
  RunQuietly(evicting.reactor);
  evicting.clock.Advance(absl::Milliseconds(2900));
  RunQuietly(evicting.reactor);
  CHECK(server.Count("POST", kDry) == 1);
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK(evicting.Leaves("a-0"));
}

TEST_CASE("passing errors and lost answers are repeated, and the outcome is read from the pod") {
  FakeApiServer server;
  Evicting evicting(server);
  const char* path = "";
  SECTION("of the dry run") { path = kDry; }
  SECTION("of the first pod's eviction") { path = "/a-0/eviction?timeout=4s"; }
  SECTION("of the others' evictions") { path = "/a-1/eviction?timeout=4s"; }
  const auto a = evicting.Victim("a", 2);
  SECTION("no answer, no effect") {
    server.Add({"POST", path, 4, Fault::Act::kCutBefore});
    server.Add({"GET", "/pods/a", 3, Fault::Act::kReply, 503});
  }
  SECTION("an effect without an answer") { server.Add({"POST", path, 1, Fault::Act::kCutAfter}); }
  SECTION("two errors") { server.Add({"POST", path, 2, Fault::Act::kReply, 500}); }
  SECTION("the server's own time-out") { server.Add({"POST", path, 5, Fault::Act::kReply, 504}); }
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK(evicting.Leaves("a-0"));
  CHECK(evicting.Leaves("a-1"));
}

TEST_CASE("of real evictions a victim's first pod decides; a no stops what is left") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  const auto b = evicting.Victim("b", 2);
  const auto c = evicting.Victim("c", 2);
  const std::string b0 = "/b-0/eviction";
  server.Add({"POST", b0 + "?timeout=4s&dryRun", 1, Fault::Act::kReply, 201});
  int code = 0;
  SECTION("forbidden") {
    code = 403;
    server.Add({"POST", b0, 1, Fault::Act::kReply, 403});
  }
  SECTION("errors each time") {
    code = 500;
    server.Add({"POST", b0, 1000, Fault::Act::kReply, 500});
  }
  SECTION("a budget that was used up since") {
    code = 429;
    server.Put(MakeBudget("quorum", "pod", "b-0", 0));
    server.Add({"GET", "/poddisruptionbudgets", 1, Fault::Act::kReply, 403});
  }
  evicting.Evict({a, b, c});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Leaves("a-0"));  // it went before
  CHECK(evicting.Leaves("a-1"));
  for (const char* name : {"b-0", "b-1", "c-0", "c-1"}) CHECK_FALSE(evicting.Leaves(name));
  CHECK(evicting.refused.size() == 4);
  for (const loop::PodRef& pod : b.pods) {
    CHECK(absl::StartsWith(evicting.refused[pod.uid], absl::StrCat(code, " pod team/b-0: ")));
  }
  for (const loop::PodRef& pod : c.pods) {
    CHECK(absl::StartsWith(evicting.refused[pod.uid], "0 not evicted: pod team/b-0: "));
  }
}

TEST_CASE("D20: the API fails on the first eviction, and the next victim is not deleted") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 1);
  const auto b = evicting.Victim("b", 1);
  const auto c = evicting.Victim("c", 1);
  const int code = GENERATE(500, 403);
  server.Add({"POST", "/a-0/eviction?timeout=4s&dryRun", 1, Fault::Act::kReply, 201});
  server.Add({"POST", "/a-0/eviction", 1000, Fault::Act::kReply, code});
  evicting.Evict({a, b, c});
  REQUIRE(evicting.Settle());
  for (const char* name : {"a-0", "b-0", "c-0"}) CHECK_FALSE(evicting.Leaves(name));
  CHECK(evicting.refused.size() == 3);
  CHECK(evicting.refused[a.pods[0].uid] ==
        absl::StrCat(code, " pod team/a-0: ", code, ": as told"));
}

TEST_CASE("after the driver went the others are evicted while a claim may last") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 4);
  server.Put(MakeBudget("one-at-a-time", "work", "a", 1));  // enough for any dry run
  server.Add({"GET", "/poddisruptionbudgets", 1, Fault::Act::kReply, 403});
  evicting.Evict({a});
  for (int i = 0; i < 20; ++i) {
    RunQuietly(evicting.reactor, 3);
    evicting.clock.Advance(absl::Seconds(1));
  }
  CHECK(evicting.Leaves("a-0"));
  CHECK_FALSE(evicting.Leaves("a-1"));
  CHECK(evicting.evictor->unsettled() == 3);
  CHECK(evicting.refused.empty());
  CHECK(evicting.Real() < 1 + 3 * 20);  // with back-off
  server.Put(MakeBudget("one-at-a-time", "work", "a", 1));
  REQUIRE(evicting.Until([&] {
    evicting.clock.Advance(absl::Seconds(1));
    return evicting.evictor->unsettled() == 2;
  }));
  SECTION("they end by themselves") {
    for (const loop::PodRef& pod : a.pods) {
      if (!evicting.Leaves(pod.name)) evicting.evictor->Gone(pod.uid);
    }
    CHECK(evicting.evictor->unsettled() == 0);
  }
  SECTION("or their budget keeps them for good") {
    REQUIRE(evicting.Until([&] {
      evicting.clock.Advance(absl::Seconds(5));
      return evicting.evictor->unsettled() == 0;
    }));
    CHECK(evicting.refused.size() == 2);
    for (const auto& [uid, why] : evicting.refused) CHECK(absl::StartsWith(why, "429 pod team/a-"));
  }
}

TEST_CASE("pods that are gone, or are others of that name now, need no eviction") {
  FakeApiServer server;
  Evicting evicting(server);
  auto a = evicting.Victim("a", 3);
  auto b = evicting.Victim("b", 2);
  server.Remove("pods", "team/a-0");
  a.pods[1].uid = "uid-of-the-old-one";
  b.pods[0].uid = "uid-of-an-old-driver";
  evicting.Evict({a, b});
  REQUIRE(evicting.Settle());
  CHECK(evicting.refused.empty());
  CHECK_FALSE(evicting.Leaves("a-1"));
  CHECK(evicting.Leaves("a-2"));
  CHECK_FALSE(evicting.Leaves("b-0"));
  CHECK(evicting.Leaves("b-1"));
  std::sort(evicting.evicted.begin(), evicting.evicted.end());
  CHECK(evicting.evicted == std::vector<std::string>{"a-2 for gang x", "b-1 for gang x"});
}

TEST_CASE("what the watch says is gone is not waited for, at any stage") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  SECTION("while it is asked") {
    server.Add({"POST", "/a-0/eviction", 1, Fault::Act::kHangBefore});
    evicting.Evict({a});
    REQUIRE(evicting.Until([&] { return server.Count("POST", kDry) == 2; }));
  }
  SECTION("while its first pod is evicted") {
    server.Add({"POST", "/a-0/eviction?timeout=4s&dryRun", 1, Fault::Act::kReply, 201});
    server.Add({"POST", "/a-0/eviction", 1, Fault::Act::kHangBefore});
    evicting.Evict({a});
    REQUIRE(evicting.Until([&] { return evicting.Real() == 1; }));
    evicting.evictor->Gone("unknown");
  }
  RunQuietly(evicting.reactor);
  CHECK_FALSE(evicting.Leaves("a-1"));
  evicting.evictor->Gone(a.pods[0].uid);
  REQUIRE(evicting.Settle());
  CHECK(evicting.Leaves("a-1"));
  CHECK(evicting.refused.empty());
}

TEST_CASE("what stays undecided is given up while its claim lives, and nothing is evicted later") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  SECTION("the lease is not live") { evicting.may_write = false; }
  SECTION("the server is away") { server.http().Down(); }
  SECTION("the server is overloaded") {
    server.Add({"POST", "/eviction", 1000, Fault::Act::kReply, 429, 0, "busy"});
  }
  evicting.Evict({a});
  REQUIRE(evicting.Settle(absl::Seconds(1)));
  REQUIRE(evicting.refused.size() == 2);
  CHECK(absl::StartsWith(evicting.refused[a.pods[0].uid], "0 "));
  CHECK(absl::StrContains(evicting.refused[a.pods[0].uid], "undecided after 30s: pod team/a-"));
  evicting.may_write = true;
  server.ClearFaults();
  if (server.http().accepted() == 0) server.http().Up();
  evicting.clock.Advance(absl::Minutes(5));
  RunQuietly(evicting.reactor);
  CHECK(evicting.Real() == 0);
}

TEST_CASE("a first pod that may be gone is not given up before it is known") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  server.Add({"POST", kDry, 2, Fault::Act::kReply, 201});
  server.Add({"POST", "/a-0/eviction", 10, Fault::Act::kCutAfter});
  server.Add({"GET", "/pods/a-0", 1000, Fault::Act::kReply, 503});
  evicting.Evict({a});
  for (int i = 0; i < 120; ++i) {
    RunQuietly(evicting.reactor, 3);
    evicting.clock.Advance(absl::Seconds(1));
  }
  CHECK(evicting.refused.empty());
  CHECK(evicting.evictor->unsettled() == 2);
  server.ClearFaults();
  REQUIRE(evicting.Settle(absl::Seconds(1)));
  CHECK(evicting.refused.empty());
  CHECK(evicting.Leaves("a-1"));
}

TEST_CASE("evictions that hang leave the lane to binds, and one that is refused frees its place") {
  FakeApiServer server;
  Evicting evicting(server);
  server.Add({"POST", "/slow", 1000, Fault::Act::kHangBefore});
  evicting.Evict({evicting.Victim("slow", 40)});
  REQUIRE(evicting.Until([&] { return server.Count("POST", kDry) == 8; }));
  const std::string uid = server.Put(MakePod("a"));
  HttpRequest bind;
  bind.lane = Lane::kBind;
  bind.method = "POST";
  bind.path = "/api/v1/namespaces/team/pods/a/binding";
  bool answered = false;
  evicting.http.Send(std::move(bind), [&answered](HttpReply) { answered = true; });
  REQUIRE(evicting.Until([&] { return answered; }));
  CHECK(server.Count("POST", kDry) == 8);
}

TEST_CASE("a refused action gives its places to the next one") {
  FakeApiServer server;
  Evicting evicting(server);
  server.Add({"POST", "/slow-0/", 1, Fault::Act::kReply, 403});
  server.Add({"POST", "/slow", 1000, Fault::Act::kHangBefore});
  evicting.Evict({evicting.Victim("slow", 20)});
  evicting.Evict({evicting.Victim("next", 20)});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Leaves("next-19"));
  CHECK(evicting.refused.size() == 20);
}

TEST_CASE("a pod is in one action at a time") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  server.Add({"POST", "/a-0/eviction", 1, Fault::Act::kHangBefore});
  evicting.Evict({a});
  loop::EvictPods::Victim again = evicting.Victim("b", 1);
  again.pods.push_back(a.pods[1]);
  evicting.Evict({again});
  CHECK(evicting.refused[again.pods[0].uid] == "0 pod team/a-1: an eviction is under way already");
  CHECK(evicting.evictor->unsettled() == 2);
  evicting.Evict({});
  evicting.Evict({{}, {}});
  evicting.evictor->Gone(a.pods[0].uid);
  REQUIRE(evicting.Settle());
  CHECK(evicting.Leaves("a-1"));
  CHECK_FALSE(evicting.Leaves("b-0"));
}

TEST_CASE("whatever goes wrong, a victim goes whole or stays whole") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Luck below(seed);
    FakeApiServer server;
    Evicting evicting(server);
    std::vector<loop::EvictPods::Victim> victims;
    for (int v = 0; v < 3; ++v) {
      victims.push_back(evicting.Victim(std::string(1, static_cast<char>('a' + v)), 1 + below(4)));
    }
    const Fault::Act acts[] = {Fault::Act::kReply, Fault::Act::kCutBefore, Fault::Act::kCutAfter};
    const int codes[] = {403, 409, 429, 500, 503};
    for (int f = below(8); f > 0; --f) {
      server.Add(
          {below(4) > 0 ? "POST" : "GET",
           absl::StrCat("/", std::string(1, static_cast<char>('a' + below(3))), "-", below(3)),
           1 + below(3), acts[below(3)], codes[below(5)]});
    }
    evicting.Evict(victims);
    CheckWholeOrNone(evicting, victims);
  }
}

}  // namespace
}  // namespace muster::kube
