// SPDX-License-Identifier: Apache-2.0
// The eviction API of the fake API server, with the words and codes of v1.36
// (pkg/registry/core/pod/storage/eviction.go), as also seen on a real one.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "k8s/cluster.pb.h"
#include "k8s/policy.pb.h"
#include "test/kube/fake_api_server.h"
#include "test/kube/fake_bodies.h"

namespace muster::kube {
namespace {

// Pods that serve nobody are under no budget.
bool Ignored(const k8s::Pod& pod) {
  return pod.status().phase() != "Running" || pod.metadata().has_deletion_timestamp();
}

bool IsReady(const k8s::Pod& pod) {
  const auto& conditions = pod.status().conditions();
  return std::any_of(conditions.begin(), conditions.end(), [](const k8s::PodCondition& condition) {
    return condition.type() == "Ready" && condition.status() == "True";
  });
}

// Of selectors this server knows labels alone.
bool IsOver(const k8s::PodDisruptionBudget& budget, const k8s::Pod& pod) {
  if (budget.metadata().namespace_() != pod.metadata().namespace_()) return false;
  const auto& wanted = budget.spec().selector().match_labels();
  return budget.spec().has_selector() &&
         std::all_of(wanted.begin(), wanted.end(), [&pod](const auto& label) {
           const auto found = pod.metadata().labels().find(label.first);
           return found != pod.metadata().labels().end() && found->second == label.second;
         });
}

}  // namespace

// 0: none objects.
int FakeApiServer::JudgeBudgets(const k8s::Pod& pod, bool dry_run, std::string* body) {
  std::vector<std::pair<std::string, k8s::PodDisruptionBudget>> over;
  for (const auto& [key, stored] : objects_["poddisruptionbudgets"]) {
    k8s::PodDisruptionBudget budget;
    budget.ParseFromString(stored.raw);
    if (IsOver(budget, pod)) over.emplace_back(key, budget);
  }
  if (over.size() > 1) {
    *body = StatusBody(500, "",
                       "This pod has more than one PodDisruptionBudget, which the eviction "
                       "subresource does not support.");
    return 500;
  }
  if (over.empty()) return 0;
  auto& [key, budget] = over.front();
  k8s::PodDisruptionBudgetStatus& now = *budget.mutable_status();
  const std::string& name = budget.metadata().name();
  if (!IsReady(pod)) {
    if (budget.spec().unhealthy_pod_eviction_policy() == "AlwaysAllow") return 0;
    if (now.desired_healthy() > 0 && now.current_healthy() >= now.desired_healthy()) return 0;
  }
  const bool processed = now.observed_generation() >= budget.metadata().generation();
  if (processed && now.disruptions_allowed() > 0) {
    now.set_disruptions_allowed(now.disruptions_allowed() - 1);
    if (!dry_run) StoreLocked("poddisruptionbudgets", key, budget);
    return 0;
  }
  k8s::Status status = MakeStatus(
      429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
  k8s::StatusCause& cause = *status.mutable_details()->add_causes();
  cause.set_type("DisruptionBudget");
  cause.set_message(processed ? absl::StrCat("The disruption budget ", name, " needs ",
                                             now.desired_healthy(), " healthy pods and has ",
                                             now.current_healthy(), " currently")
                              : absl::StrCat("The disruption budget ", name,
                                             " is still being processed by the server."));
  *body = status.SerializeAsString();
  return 429;
}

int FakeApiServer::Evict(const std::string& key, const WireRequest& request, std::string* body) {
  k8s::Eviction eviction;
  if (!ParseBody(request, &eviction)) return 400;
  const k8s::DeleteOptions& options = eviction.delete_options();
  const auto dry_text = request.query.find("dryRun");
  const bool dry_run = options.dry_run_size() > 0;
  if (dry_run != (dry_text != request.query.end())) {
    *body = StatusBody(400, "BadRequest", "Non-matching dry-run options in request and content");
    return 400;
  }
  Stored& stored = objects_["pods"][key];
  k8s::Pod pod;
  pod.ParseFromString(stored.raw);
  if (eviction.metadata().name() != pod.metadata().name()) {
    *body = StatusBody(400, "BadRequest", "name in URL does not match name in Eviction object");
    return 400;
  }
  if (!Ignored(pod)) {
    if (const int code = JudgeBudgets(pod, dry_run, body)) return code;
  }
  const std::string& uid = options.preconditions().uid();
  if (!uid.empty() && uid != stored.uid) {
    *body = StatusBody(409, "Conflict",
                       absl::StrCat("Operation cannot be fulfilled on Pod: the UID in the "
                                    "precondition (",
                                    uid, ") does not match the UID in record (", stored.uid, ")"));
    return 409;
  }
  *body = StatusBody(201, "", "");
  if (dry_run || pod.metadata().has_deletion_timestamp()) return 201;
  k8s::PodCondition& condition = *pod.mutable_status()->add_conditions();
  condition.set_type("DisruptionTarget");
  condition.set_status("True");
  condition.set_reason("EvictionByEvictionAPI");
  condition.set_message("Eviction API: evicting");
  if (pod.spec().termination_grace_period_seconds() > 0) {
    pod.mutable_metadata()->mutable_deletion_timestamp()->set_seconds(version_);
    StoreLocked("pods", key, pod);
    return 201;
  }
  ++version_;
  Note("pods", key, "DELETED", stored.raw);
  objects_["pods"].erase(key);
  return 201;
}

}  // namespace muster::kube
