// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/budget.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "k8s/meta.pb.h"
#include "k8s/policy.pb.h"

namespace muster::kube {
namespace {

// False: no such requirement is valid.
bool ReadRequirement(const k8s::LabelSelectorRequirement& from, Budget::Requirement* to) {
  to->key = from.key();
  to->values.assign(from.values().begin(), from.values().end());
  to->negated = from.operator_() == "NotIn" || from.operator_() == "DoesNotExist";
  if (from.operator_() == "In" || from.operator_() == "NotIn") return !to->values.empty();
  if (from.operator_() == "Exists" || from.operator_() == "DoesNotExist") return to->values.empty();
  return false;
}

bool ReadSelector(const k8s::LabelSelector& from, std::vector<Budget::Requirement>* to) {
  for (const auto& [key, value] : from.match_labels()) to->push_back({key, {value}});
  for (const k8s::LabelSelectorRequirement& requirement : from.match_expressions()) {
    if (!ReadRequirement(requirement, &to->emplace_back())) return false;
  }
  return true;
}

bool Holds(const Budget::Requirement& requirement,
           const std::map<std::string, std::string>& labels) {
  const auto label = labels.find(requirement.key);
  const auto& values = requirement.values;
  const bool found =
      label != labels.end() &&
      (values.empty() || std::count(values.begin(), values.end(), label->second) > 0);
  return found != requirement.negated;
}

bool TakesOne(const Budget& budget, const LeavingPod& pod) {
  return pod.guarded && (pod.healthy || !budget.frees_unhealthy) && Covers(budget, pod);
}

}  // namespace

absl::StatusOr<Budget> ReadBudget(absl::string_view raw) {
  k8s::PodDisruptionBudget from;
  if (!from.ParseFromArray(raw.data(), static_cast<int>(raw.size()))) {
    return absl::InvalidArgumentError("malformed PodDisruptionBudget");
  }
  const k8s::PodDisruptionBudgetStatus& status = from.status();
  Budget budget;
  budget.ns = from.metadata().namespace_();
  budget.name = from.metadata().name();
  budget.selects =
      from.spec().has_selector() && ReadSelector(from.spec().selector(), &budget.selector);
  budget.allowed = status.disruptions_allowed();
  budget.processed = status.observed_generation() >= from.metadata().generation();
  budget.frees_unhealthy =
      from.spec().unhealthy_pod_eviction_policy() == "AlwaysAllow" ||
      (status.desired_healthy() > 0 && status.current_healthy() >= status.desired_healthy());
  return budget;
}

LeavingPod ReadLeavingPod(const k8s::Pod& pod, size_t victim) {
  LeavingPod leaving;
  leaving.victim = victim;
  leaving.ns = pod.metadata().namespace_();
  leaving.labels = {pod.metadata().labels().begin(), pod.metadata().labels().end()};
  const std::string& phase = pod.status().phase();
  leaving.guarded = phase != "Pending" && phase != "Succeeded" && phase != "Failed" &&
                    !pod.metadata().has_deletion_timestamp();
  const auto& conditions = pod.status().conditions();
  leaving.healthy =
      std::any_of(conditions.begin(), conditions.end(), [](const k8s::PodCondition& condition) {
        return condition.type() == "Ready" && condition.status() == "True";
      });
  return leaving;
}

bool Covers(const Budget& budget, const LeavingPod& pod) {
  return budget.selects && budget.ns == pod.ns &&
         std::all_of(budget.selector.begin(), budget.selector.end(),
                     [&pod](const Budget::Requirement& each) { return Holds(each, pod.labels); });
}

bool MayRefuse(const Budget& budget, size_t pods) {
  return !budget.processed || budget.allowed < static_cast<int64_t>(pods);
}

std::optional<BudgetRefusal> JudgeTogether(const std::vector<Budget>& budgets,
                                           const std::vector<LeavingPod>& pods) {
  std::optional<BudgetRefusal> refusal;
  for (const Budget& budget : budgets) {
    size_t taken = 0;
    std::optional<size_t> victim;
    for (const LeavingPod& pod : pods) {
      if (!TakesOne(budget, pod)) continue;
      ++taken;
      if (!victim.has_value() && MayRefuse(budget, taken)) victim = pod.victim;
    }
    if (!victim.has_value() || (refusal.has_value() && refusal->victim <= *victim)) continue;
    const std::string called = absl::StrCat("disruption budget ", budget.ns, "/", budget.name);
    refusal = BudgetRefusal{
        *victim, budget.processed ? absl::StrCat(called, " allows ", std::max(budget.allowed, 0),
                                                 " of ", taken, " pods to go")
                                  : absl::StrCat(called, " of ", taken,
                                                 " pods is still being processed by the server")};
  }
  return refusal;
}

}  // namespace muster::kube
