// SPDX-License-Identifier: Apache-2.0
// What PodDisruptionBudgets say of several pods that are to go together. The eviction API has no
// such question: it judges each pod as if it went alone.
//
// The rules are the server's. A budget guards pods that run and are not being removed. A healthy
// one (condition Ready is true) takes one of its disruptions; an unhealthy one does, too, unless
// the budget lets it go for nothing: by policy AlwaysAllow, or since enough others are healthy. A
// budget whose status is older than its spec allows nothing. Source: K8s v1.36
// pkg/registry/core/pod/storage/eviction.go; selectors as in policy/v1, where an empty one covers
// all pods of the namespace and a missing one none.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "k8s/pod.pb.h"

namespace muster::kube {

struct Budget {
  // That some label is there, with one of the values where there are any; or, negated, that none
  // is.
  struct Requirement {
    std::string key;
    std::vector<std::string> values;
    bool negated = false;
  };

  std::string ns;
  std::string name;
  bool selects = false;  // false: it covers no pod
  std::vector<Requirement> selector;
  int allowed = 0;         // disruptions
  bool processed = false;  // its status is of its spec
  bool frees_unhealthy = false;
};

struct LeavingPod {
  size_t victim = 0;  // its place in the order
  std::string ns;
  std::map<std::string, std::string> labels;
  bool guarded = false;
  bool healthy = false;
};

// Of the protobuf of one item of a list; InvalidArgument. A selector that the server would not
// accept selects nothing, as there.
absl::StatusOr<Budget> ReadBudget(absl::string_view raw);
LeavingPod ReadLeavingPod(const k8s::Pod& pod, size_t victim);

bool Covers(const Budget& budget, const LeavingPod& pod);

// Whether it could refuse that many pods if it covered them all.
bool MayRefuse(const Budget& budget, size_t pods);

struct BudgetRefusal {
  size_t victim = 0;  // the first one that is too much, with those before it
  std::string why;    // "disruption budget team/quorum allows 1 of 8 pods to go"
};
// Of pods in the order of their victims; nullopt: all may go.
std::optional<BudgetRefusal> JudgeTogether(const std::vector<Budget>& budgets,
                                           const std::vector<LeavingPod>& pods);

}  // namespace muster::kube
