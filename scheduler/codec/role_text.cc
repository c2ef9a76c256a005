// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/role_text.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace muster::codec {
namespace {

constexpr absl::string_view kHostname = "kubernetes.io/hostname";

absl::string_view NameOf(TaintEffect effect) {
  switch (effect) {
    case TaintEffect::kPreferNoSchedule: return "PreferNoSchedule";
    case TaintEffect::kNoExecute: return "NoExecute";
    case TaintEffect::kNoSchedule: break;
  }
  return "NoSchedule";
}

std::string TextOf(const Toleration& toleration) {
  return absl::StrCat(toleration.key.empty() ? "*" : toleration.key,
                      toleration.exists ? "" : absl::StrCat("=", toleration.value),
                      toleration.any_effect ? "" : absl::StrCat(":", NameOf(toleration.effect)));
}

std::string TextOf(const Taint& taint) {
  return absl::StrCat(taint.key, taint.value.empty() ? "" : "=", taint.value, ":",
                      NameOf(taint.effect));
}

std::string TextOf(absl::string_view key, const NodeRequirement& requirement) {
  const std::string values = absl::StrJoin(requirement.values, ", ");
  switch (requirement.op) {
    case SelectorOp::kIn: return absl::StrCat(key, " in (", values, ")");
    case SelectorOp::kNotIn: return absl::StrCat(key, " notin (", values, ")");
    case SelectorOp::kExists: return std::string(key);
    case SelectorOp::kDoesNotExist: return absl::StrCat("!", key);
    case SelectorOp::kGt: return absl::StrCat(key, " > ", values);
    case SelectorOp::kLt: return absl::StrCat(key, " < ", values);
  }
  return std::string(key);
}

std::string TextOf(const NodeSelectorTerm& term) {
  std::vector<std::string> parts;
  for (const NodeRequirement& each : term.labels) parts.push_back(TextOf(each.key, each));
  // A scenario's nodes carry their name as this label.
  for (const NodeRequirement& each : term.fields) parts.push_back(TextOf(kHostname, each));
  return absl::StrJoin(parts, ", ");
}

void WriteAmounts(const ResourceList& amounts, YamlText* yaml) {
  ResourceList extended;
  for (const auto& [name, amount] : amounts.entries()) {
    if (name == kCpu || name == kMemory || name == kPods) {
      yaml->Amount(name, amount);
    } else {
      extended.Set(name, amount);
    }
  }
  yaml->Amounts("resources", extended);
}

void WriteLabels(absl::string_view key, const Labels& labels, YamlText* yaml) {
  if (labels.empty()) return;
  yaml->Key(key);
  yaml->Begin('{');
  for (const auto& [name, value] : labels) {
    yaml->Key(name);
    yaml->Text(value);
  }
  yaml->End();
}

template <typename T>
void WriteList(absl::string_view key, const std::vector<T>& items, YamlText* yaml) {
  yaml->Key(key);
  yaml->Begin('[');
  for (const T& item : items) yaml->Text(TextOf(item));
  yaml->End();
}

}  // namespace

void WriteRole(const RoleSpec& role, YamlText* yaml) {
  WriteAmounts(role.requests, yaml);
  WriteLabels("nodeSelector", role.node_selector, yaml);
  if (role.has_affinity) WriteList("affinity", role.affinity, yaml);
  if (!role.tolerations.empty()) WriteList("tolerations", role.tolerations, yaml);
}

void WriteNode(const Node& node, YamlText* yaml) {
  yaml->Begin('{');
  yaml->Text("name", node.name);
  WriteAmounts(node.allocatable, yaml);
  WriteLabels("labels", node.labels, yaml);
  if (!node.taints.empty()) WriteList("taints", node.taints, yaml);
  yaml->Boolean("unschedulable", node.unschedulable, false);
  yaml->End();
}

}  // namespace muster::codec
