// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/budget.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_split.h"
#include "k8s/policy.pb.h"
#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

Budget Read(const k8s::PodDisruptionBudget& from) {
  const absl::StatusOr<Budget> budget = ReadBudget(from.SerializeAsString());
  REQUIRE(budget.ok());
  return *budget;
}

// A pod of "team" that runs and is healthy, with labels "k=v,l=w".
k8s::Pod PodWith(const std::string& labels) {
  k8s::Pod pod = MakeRunningPod("p", "w");
  pod.mutable_metadata()->clear_labels();
  for (absl::string_view label : absl::StrSplit(labels, ',', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(label, '=');
    (*pod.mutable_metadata()->mutable_labels())[pair.first] = pair.second;
  }
  return pod;
}

std::vector<LeavingPod> Pods(size_t victim, size_t count, const k8s::Pod& pod) {
  return std::vector<LeavingPod>(count, ReadLeavingPod(pod, victim));
}

std::vector<LeavingPod> operator+(std::vector<LeavingPod> a, const std::vector<LeavingPod>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string Why(const std::vector<Budget>& budgets, const std::vector<LeavingPod>& pods) {
  const std::optional<BudgetRefusal> refusal = JudgeTogether(budgets, pods);
  return refusal.has_value() ? absl::StrCat(refusal->victim, ": ", refusal->why) : "";
}

TEST_CASE("a selector covers what the server says that it covers") {
  struct Row {
    const char* expressions;  // "KEY OPERATOR VALUE|VALUE,..."
    const char* labels;       // of the selector
    const char* pod;          // its labels
    bool covers;
  };
  const Row row = GENERATE(values<Row>({
      {"", "", "", true},
      {"", "", "k=v", true},
      {"", "k=v", "k=v", true},
      {"", "k=v", "k=v,l=w", true},
      {"", "k=v", "k=w", false},
      {"", "k=v", "", false},
      {"", "k=v,l=w", "k=v", false},
      {"", "k=v,l=w", "l=w,k=v", true},
      {"", "k=", "k=", true},
      {"", "k=", "", false},
      {"k In v|w", "", "k=w", true},
      {"k In v|w", "", "k=x", false},
      {"k In v|w", "", "l=v", false},
      {"k NotIn v|w", "", "k=w", false},
      {"k NotIn v|w", "", "k=x", true},
      {"k NotIn v|w", "", "", true},
      {"k Exists ", "", "k=", true},
      {"k Exists ", "", "l=v", false},
      {"k DoesNotExist ", "", "k=v", false},
      {"k DoesNotExist ", "", "l=v", true},
      {"k In v,l Exists ", "", "k=v", false},
      {"k In v,l Exists ", "", "k=v,l=w", true},
      {"k In v", "l=w", "k=v", false},
      {"k In v", "l=w", "k=v,l=w", true},
      // Nothing that the server would accept: it covers nothing.
      {"k In ", "", "k=v", false},
      {"k NotIn ", "", "", false},
      {"k Exists v", "", "k=v", false},
      {"k DoesNotExist v", "", "", false},
      {"k Gt 1", "", "k=2", false},
  }));
  CAPTURE(row.expressions, row.labels, row.pod);
  k8s::PodDisruptionBudget budget = MakeBudget("b", "x", "y", 0);
  k8s::LabelSelector& selector = *budget.mutable_spec()->mutable_selector();
  *selector.mutable_match_labels() = PodWith(row.labels).metadata().labels();
  for (absl::string_view text : absl::StrSplit(row.expressions, ',', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(text, ' ');
    k8s::LabelSelectorRequirement& requirement = *selector.add_match_expressions();
    requirement.set_key(parts[0]);
    requirement.set_operator_(parts[1]);
    for (absl::string_view value : absl::StrSplit(parts[2], '|', absl::SkipEmpty())) {
      requirement.add_values(std::string(value));
    }
  }
  k8s::Pod pod = PodWith(row.pod);
  CHECK(Covers(Read(budget), ReadLeavingPod(pod, 0)) == row.covers);
  pod.mutable_metadata()->set_namespace_("other");
  CHECK_FALSE(Covers(Read(budget), ReadLeavingPod(pod, 0)));
}

TEST_CASE("a missing selector covers nothing") {
  k8s::PodDisruptionBudget budget = MakeBudget("b", "k", "v", 0);
  budget.mutable_spec()->clear_selector();
  CHECK_FALSE(Covers(Read(budget), ReadLeavingPod(PodWith("k=v"), 0)));
}

TEST_CASE("which pods take one of a budget's disruptions") {
  k8s::PodDisruptionBudget budget = MakeBudget("b", "k", "v", 1);
  k8s::Pod pod = PodWith("k=v");
  k8s::PodCondition& ready = *pod.mutable_status()->mutable_conditions(0);
  bool takes = true;
  SECTION("a healthy one") {}
  SECTION("a healthy one of a budget that lets unhealthy ones go") {
    budget.mutable_spec()->set_unhealthy_pod_eviction_policy("AlwaysAllow");
  }
  SECTION("none that is not covered") {
    pod.mutable_metadata()->clear_labels();
    takes = false;
  }
  SECTION("one that does not answer") { pod.mutable_status()->set_phase("Unknown"); }
  SECTION("none that does not run yet") {
    pod.mutable_status()->set_phase("Pending");
    takes = false;
  }
  SECTION("none that has ended") {
    pod.mutable_status()->set_phase(GENERATE("Succeeded", "Failed"));
    takes = false;
  }
  SECTION("none that goes already") {
    pod.mutable_metadata()->mutable_deletion_timestamp()->set_seconds(1);
    takes = false;
  }
  SECTION("unhealthy ones") {
    if (GENERATE(true, false))
      ready.set_status("False");
    else
      ready.set_type("Initialized");
    SECTION("none while enough others are healthy") { takes = false; }
    SECTION("where too few others are") { budget.mutable_status()->set_desired_healthy(2); }
    SECTION("where none need be, as the server has it") {
      budget.mutable_status()->set_desired_healthy(0);
    }
    SECTION("none by policy, whoever else is healthy") {
      budget.mutable_status()->set_desired_healthy(2);
      budget.mutable_spec()->set_unhealthy_pod_eviction_policy("AlwaysAllow");
      takes = false;
    }
    SECTION("where too few others are, by the other policy") {
      budget.mutable_status()->set_desired_healthy(2);
      budget.mutable_spec()->set_unhealthy_pod_eviction_policy("IfHealthyBudget");
    }
  }
  CHECK(Why({Read(budget)}, Pods(0, 2, pod)) ==
        (takes ? "0: disruption budget team/b allows 1 of 2 pods to go" : ""));
}

TEST_CASE("all pods that a budget covers count together, and its first victim too many is named") {
  const k8s::Pod a = PodWith("k=v,l=w");
  const k8s::Pod b = PodWith("k=v");
  const k8s::Pod c = PodWith("l=w");
  const auto at_k = [](int allowed) { return Read(MakeBudget("k", "k", "v", allowed)); };
  const auto at_l = [](int allowed) { return Read(MakeBudget("l", "l", "w", allowed)); };
  const std::vector<LeavingPod> pods = Pods(0, 3, a) + Pods(1, 2, b) + Pods(2, 4, c);
  CHECK(Why({at_k(5), at_l(7)}, pods) == "");
  CHECK(Why({at_k(4), at_l(7)}, pods) == "1: disruption budget team/k allows 4 of 5 pods to go");
  CHECK(Why({at_k(3), at_l(7)}, pods) == "1: disruption budget team/k allows 3 of 5 pods to go");
  CHECK(Why({at_k(2), at_l(7)}, pods) == "0: disruption budget team/k allows 2 of 5 pods to go");
  CHECK(Why({at_k(5), at_l(6)}, pods) == "2: disruption budget team/l allows 6 of 7 pods to go");
  CHECK(Why({at_l(6), at_k(4)}, pods) == "1: disruption budget team/k allows 4 of 5 pods to go");
  CHECK(Why({at_k(4), at_l(6)}, pods) == "1: disruption budget team/k allows 4 of 5 pods to go");
  CHECK(Why({at_k(2), at_l(2)}, pods) == "0: disruption budget team/k allows 2 of 5 pods to go");
  CHECK(Why({at_k(-1), at_l(7)}, pods) == "0: disruption budget team/k allows 0 of 5 pods to go");
  CHECK(Why({at_k(0)}, {}) == "");
  CHECK(Why({at_k(0)}, Pods(2, 4, c)) == "");
}

TEST_CASE("a budget whose status is of an older spec allows nothing") {
  k8s::PodDisruptionBudget budget = MakeBudget("b", "k", "v", 5);
  budget.mutable_metadata()->set_generation(3);
  budget.mutable_status()->set_observed_generation(2);
  CHECK(Why({Read(budget)}, Pods(1, 2, PodWith("k=v"))) ==
        "1: disruption budget team/b of 2 pods is still being processed by the server");
  CHECK(Why({Read(budget)}, Pods(1, 2, PodWith("k=w"))) == "");
  budget.mutable_status()->set_observed_generation(3);
  CHECK(Why({Read(budget)}, Pods(1, 2, PodWith("k=v"))) == "");
}

TEST_CASE("a budget may refuse more pods than it allows, and any that it has not looked at") {
  k8s::PodDisruptionBudget budget = MakeBudget("b", "k", "v", 5);
  CHECK_FALSE(MayRefuse(Read(budget), 5));
  CHECK(MayRefuse(Read(budget), 6));
  budget.mutable_status()->clear_observed_generation();
  CHECK(MayRefuse(Read(budget), 1));
}

TEST_CASE("bytes that are no budget are an error") {
  CHECK(ReadBudget("\xff\xff").status().message() == "malformed PodDisruptionBudget");
}

}  // namespace
}  // namespace muster::kube
