// SPDX-License-Identifier: Apache-2.0
// The eviction API of the fake API server, with the words and codes of v1.36
// (pkg/registry/core/pod/storage/eviction.go), as also seen on a real one.
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "k8s/cluster.pb.h"
#include "test/kube/fake_api_server.h"
#include "test/kube/fake_bodies.h"

namespace muster::kube {
namespace {

// Pods that serve nobody are under no budget.
bool Ignored(const k8s::Pod& pod) {
  return pod.status().phase() != "Running" || pod.metadata().has_deletion_timestamp();
}

}  // namespace

// 0: none objects.
int FakeApiServer::JudgeBudgets(const k8s::Pod& pod, bool dry_run, std::string* body) {
  std::vector<Budget*> over;
  for (auto& [name, budget] : budgets_) {
    if (absl::StartsWith(pod.metadata().name(), budget.prefix)) over.push_back(&budget);
  }
  if (over.size() > 1) {
    *body = StatusBody(500, "",
                       "This pod has more than one PodDisruptionBudget, which the eviction "
                       "subresource does not support.");
    return 500;
  }
  if (over.empty()) return 0;
  Budget& budget = *over.front();
  if (budget.processed && budget.allowed > 0) {
    if (!dry_run) --budget.allowed;
    return 0;
  }
  k8s::Status status = MakeStatus(
      429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
  k8s::StatusCause& cause = *status.mutable_details()->add_causes();
  cause.set_type("DisruptionBudget");
  cause.set_message(budget.processed ? absl::StrCat("The disruption budget ", budget.name,
                                                    " needs 1 healthy pods and has 1 currently")
                                     : absl::StrCat("The disruption budget ", budget.name,
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
