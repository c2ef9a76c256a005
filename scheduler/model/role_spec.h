// SPDX-License-Identifier: Apache-2.0
// What the filters read of a pod, and nothing else: two pods with equal specs share a role class
// and are placed in one pass. Names, images, env and host names are left out on purpose: Spark's
// executors differ in them only. Semantics are kube-scheduler's (v1.36, plugins nodeaffinity,
// tainttoleration, noderesources).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scheduler/model/resource_list.h"

namespace muster {

// Sorted by key.
using Labels = std::vector<std::pair<std::string, std::string>>;
// nullptr where the label is absent.
const std::string* FindLabel(const Labels& labels, absl::string_view key);

enum class SelectorOp { kIn, kNotIn, kExists, kDoesNotExist, kGt, kLt };

struct NodeRequirement {
  std::string key;
  SelectorOp op = SelectorOp::kIn;
  std::vector<std::string> values;
  friend bool operator==(const NodeRequirement&, const NodeRequirement&) = default;
};

// All of them must hold. `fields` knows metadata.name only, as upstream does. An empty term matches
// no node.
struct NodeSelectorTerm {
  std::vector<NodeRequirement> labels;
  std::vector<NodeRequirement> fields;
  friend bool operator==(const NodeSelectorTerm&, const NodeSelectorTerm&) = default;
};

enum class TaintEffect { kNoSchedule, kPreferNoSchedule, kNoExecute };

struct Taint {
  std::string key;
  std::string value;
  TaintEffect effect = TaintEffect::kNoSchedule;
  friend bool operator==(const Taint&, const Taint&) = default;
};

struct Toleration {
  std::string key;      // empty with `exists`: every key
  bool exists = false;  // operator Exists, else Equal
  std::string value;
  bool any_effect = true;
  TaintEffect effect = TaintEffect::kNoSchedule;
  friend bool operator==(const Toleration&, const Toleration&) = default;
};

struct RoleSpec {
  ResourceList requests;  // effective: init containers, sidecars, overhead counted; without "pods"
  Labels node_selector;
  // spec.affinity.nodeAffinity.requiredDuringScheduling…: one term must match. `has_affinity` with
  // no terms matches no node.
  bool has_affinity = false;
  std::vector<NodeSelectorTerm> affinity;
  std::vector<Toleration> tolerations;
  // Fields that Muster does not decide on yet, e.g. "spec.affinity.podAffinity": such a pod waits
  // with reason Predicate, naming them, and is never placed wrongly.
  std::vector<std::string> unsupported;

  friend bool operator==(const RoleSpec&, const RoleSpec&) = default;
};

// Equal for equal specs only, whatever the order in which labels, terms' values and tolerations
// were written.
std::string CanonicalKey(const RoleSpec& spec);

}  // namespace muster
