// SPDX-License-Identifier: Apache-2.0
// Budgets over a part of a gang, or over several: asked for all before anything goes.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "test/kube/evicting.h"

namespace muster::kube {
namespace {

// How often single pods were read.
int PodsRead(FakeApiServer& server) { return server.Count("GET", "/pods/"); }

// Labels pods of the victim, from one to before another: part=yes.
void Label(FakeApiServer& server, const loop::EvictPods::Victim& victim, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    k8s::Pod pod = server.GetPod("team/" + victim.pods[i].name);
    (*pod.mutable_metadata()->mutable_labels())["part"] = "yes";
    server.Put(pod);
  }
}

void MakeUnhealthy(FakeApiServer& server, const loop::PodRef& ref) {
  k8s::Pod pod = server.GetPod("team/" + ref.name);
  pod.mutable_status()->mutable_conditions(0)->set_status("False");
  server.Put(pod);
}

TEST_CASE("a budget over a part of a gang that allows fewer keeps all of the gang") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 8);
  Label(server, a, 4, 8);
  server.Put(MakeBudget("part", "part", "yes", 1));
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(server.Count("POST", kDry) == 8);
  CHECK(evicting.Real() == 0);
  CHECK(Leaving(evicting, a) == 0);
  CHECK(evicting.refused.size() == 8);
  for (const auto& [uid, why] : evicting.refused) {
    CHECK(why == "429 disruption budget team/part allows 1 of 4 pods to go");
  }
  CHECK(evicting.problems.empty());
}

TEST_CASE("a budget that allows all that it covers lets the gang go") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 8);
  Label(server, a, 4, 8);
  int reads = 0;
  SECTION("just these") {
    server.Put(MakeBudget("part", "part", "yes", 4));
    reads = 8;
  }
  SECTION("as many as go, whichever these are: no pod is read") {
    server.Put(MakeBudget("part", "part", "yes", 8));
  }
  SECTION("and one that covers others allows none") {
    server.Put(MakeBudget("part", "part", "yes", 4));
    server.Put(MakeBudget("others", "work", "b", 0));
    reads = 8;
  }
  SECTION("and one of another namespace allows none") {
    server.Put(MakeBudget("part", "part", "yes", 8));
    k8s::PodDisruptionBudget other = MakeBudget("other", "work", "a", 0);
    other.mutable_metadata()->set_namespace_("other");
    server.Put(other);
  }
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, a) == 8);
  CHECK(evicting.refused.empty());
  CHECK(PodsRead(server) == reads);
}

TEST_CASE("victims of one order count together against a budget, and the one too many is named") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 3);
  const auto b = evicting.Victim("b", 2);
  const auto c = evicting.Victim("c", 1);
  for (const auto& victim : {a, b, c}) Label(server, victim, 0, victim.pods.size());
  server.Put(MakeBudget("all", "part", "yes", 4));
  evicting.Evict({a, b, c});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Real() == 0);
  CHECK(evicting.refused[a.pods[0].uid] ==
        "0 not evicted: disruption budget team/all allows 4 of 6 pods to go");
  CHECK(evicting.refused[b.pods[1].uid] ==
        "429 disruption budget team/all allows 4 of 6 pods to go");
  CHECK(absl::StartsWith(evicting.refused[c.pods[0].uid], "0 not evicted: "));
}

TEST_CASE("unhealthy pods do not count, unless their budget says so") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 4);
  MakeUnhealthy(server, a.pods[1]);
  MakeUnhealthy(server, a.pods[3]);
  k8s::PodDisruptionBudget budget = MakeBudget("two", "work", "a", 2);
  bool goes = true;
  SECTION("enough others are healthy") {}
  SECTION("too few are") {
    budget.mutable_status()->set_desired_healthy(5);
    goes = false;
  }
  SECTION("too few are, but it always allows") {
    budget.mutable_status()->set_desired_healthy(5);
    budget.mutable_spec()->set_unhealthy_pod_eviction_policy("AlwaysAllow");
  }
  server.Put(budget);
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, a) == (goes ? 4 : 0));
  CHECK(evicting.refused.size() == (goes ? 0 : 4));
}

TEST_CASE("without budgets one list is all that is asked beyond the dry runs") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 3);
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, a) == 3);
  CHECK(server.Count("GET", "") == 1);
  CHECK(server.Count("GET", "/apis/policy/v1/namespaces/team/poddisruptionbudgets?limit=500") == 1);
}

TEST_CASE("each namespace of an order is asked for its budgets") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 1);
  loop::EvictPods::Victim b;
  for (const char* name : {"b-0", "b-1"}) {
    k8s::Pod pod = MakeRunningPod(name, "b");
    pod.mutable_metadata()->set_namespace_("other");
    b.pods.push_back({server.Put(pod), "other", name});
  }
  k8s::PodDisruptionBudget budget = MakeBudget("one", "work", "b", 1);
  budget.mutable_metadata()->set_namespace_("other");
  server.Put(budget);
  evicting.Evict({a, b});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Real() == 0);
  CHECK(evicting.refused[b.pods[0].uid] ==
        "429 disruption budget other/one allows 1 of 2 pods to go");
  CHECK(PodsRead(server) == 2);
}

TEST_CASE("budgets are listed to the last page") {
  FakeApiServer server;
  Evicting evicting(server);
  const auto a = evicting.Victim("a", 2);
  for (int i = 0; i < 500; ++i) server.Put(MakeBudget(absl::StrCat("b", i), "work", "z", 0));
  server.Put(MakeBudget("last", "work", "a", 1));
  evicting.Evict({a});
  REQUIRE(evicting.Settle());
  CHECK(evicting.Real() == 0);
  CHECK(evicting.refused[a.pods[0].uid] ==
        "429 disruption budget team/last allows 1 of 2 pods to go");
  CHECK(server.Count("GET", kBudgets) == 2);
}

TEST_CASE("budgets that may not be listed are asked pod by pod alone, and that is said once") {
  FakeApiServer server;
  Evicting evicting(server);
  const std::string said =
      "listing disruption budgets of namespace team: 403: as told; evictions are asked pod by pod "
      "alone";
  server.Add({"GET", kBudgets, 2, Fault::Act::kReply, 403});
  for (const char* name : {"a", "b"}) {
    const auto victim = evicting.Victim(name, 2);
    evicting.Evict({victim});
    REQUIRE(evicting.Settle());
    CHECK(Leaving(evicting, victim) == 2);
  }
  CHECK(evicting.problems == std::vector<std::string>{said});
  const auto c = evicting.Victim("c", 2);
  server.Put(MakeBudget("one", "work", "c", 1));
  evicting.Evict({c});
  REQUIRE(evicting.Settle());
  CHECK(Leaving(evicting, c) == 0);
  server.Add({"GET", kBudgets, 1, Fault::Act::kReply, 403});
  evicting.Evict({evicting.Victim("d", 1)});
  REQUIRE(evicting.Settle());
  CHECK(evicting.problems == std::vector<std::string>{said, said});
}

}  // namespace
}  // namespace muster::kube
