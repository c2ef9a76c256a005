// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/role_spec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace muster {

namespace {

// Length-prefixed, so that no value can imitate a separator.
void Append(std::string* out, absl::string_view text) {
  absl::StrAppend(out, text.size(), ":", text);
}

std::string Encode(const NodeRequirement& requirement) {
  std::string out;
  Append(&out, requirement.key);
  absl::StrAppend(&out, static_cast<int>(requirement.op), "[");
  std::vector<std::string> values = requirement.values;
  std::sort(values.begin(), values.end());
  for (const std::string& value : values) Append(&out, value);
  return out + "]";
}

std::string Encode(const std::vector<NodeRequirement>& requirements) {
  std::vector<std::string> parts;
  for (const NodeRequirement& requirement : requirements) parts.push_back(Encode(requirement));
  std::sort(parts.begin(), parts.end());
  std::string out = "(";
  for (const std::string& part : parts) out += part;
  return out + ")";
}

std::string Encode(const Toleration& toleration) {
  std::string out;
  Append(&out, toleration.key);
  Append(&out, toleration.value);
  absl::StrAppend(&out, toleration.exists ? 1 : 0, toleration.any_effect ? 1 : 0,
                  toleration.any_effect ? 0 : static_cast<int>(toleration.effect));
  return out;
}

}  // namespace

const std::string* FindLabel(const Labels& labels, absl::string_view key) {
  auto at =
      std::lower_bound(labels.begin(), labels.end(), key,
                       [](const auto& entry, absl::string_view k) { return entry.first < k; });
  return at != labels.end() && at->first == key ? &at->second : nullptr;
}

std::string CanonicalKey(const RoleSpec& spec) {
  std::string out = "r";
  for (const auto& [name, amount] : spec.requests.entries()) {
    Append(&out, name);
    absl::StrAppend(&out, amount, ";");
  }
  out += "|s";
  for (const auto& [key, value] : spec.node_selector) {
    Append(&out, key);
    Append(&out, value);
  }
  out += spec.has_affinity ? "|a" : "|";
  std::vector<std::string> parts;
  for (const NodeSelectorTerm& term : spec.affinity) {
    parts.push_back(absl::StrCat(Encode(term.labels), Encode(term.fields)));
  }
  std::sort(parts.begin(), parts.end());
  for (const std::string& part : parts) out += part;
  out += "|t";
  parts.clear();
  for (const Toleration& toleration : spec.tolerations) parts.push_back(Encode(toleration));
  std::sort(parts.begin(), parts.end());
  for (const std::string& part : parts) Append(&out, part);
  out += "|u";
  parts = spec.unsupported;
  std::sort(parts.begin(), parts.end());
  for (const std::string& part : parts) Append(&out, part);
  return out;
}

}  // namespace muster
