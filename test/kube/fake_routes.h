// SPDX-License-Identifier: Apache-2.0
// The paths that the fake API server knows.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace muster::kube {

struct Route {
  std::string kind;  // "pods"
  std::string ns;
  std::string name;
  std::string sub;  // "binding", "status"
  std::string key() const { return ns.empty() ? name : absl::StrCat(ns, "/", name); }
};

inline Route ParseRoute(const std::string& path) {
  std::vector<std::string> parts = absl::StrSplit(path, '/', absl::SkipEmpty());
  Route route;
  // /api/v1/… or /apis/GROUP/VERSION/…
  size_t i = !parts.empty() && parts[0] == "api" ? 2 : 3;
  if (i + 2 < parts.size() && parts[i] == "namespaces") {
    route.ns = parts[i + 1];
    i += 2;
  }
  if (i < parts.size()) route.kind = parts[i];
  if (i + 1 < parts.size()) route.name = parts[i + 1];
  if (i + 2 < parts.size()) route.sub = parts[i + 2];
  return route;
}

inline std::string KindOf(const std::string& plural) {
  if (plural == "pods") return "Pod";
  if (plural == "nodes") return "Node";
  if (plural == "configmaps") return "ConfigMap";
  if (plural == "leases") return "Lease";
  if (plural == "poddisruptionbudgets") return "PodDisruptionBudget";
  return plural;
}

inline std::string ApiVersionOf(const std::string& kind) {
  if (kind == "leases" || kind == "Lease") return "coordination.k8s.io/v1";
  return kind == "PodDisruptionBudget" || kind == "PodDisruptionBudgetList" ? "policy/v1" : "v1";
}

}  // namespace muster::kube
