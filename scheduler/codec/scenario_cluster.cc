// SPDX-License-Identifier: Apache-2.0
// Nodes, pods' needs, labels, taints and tolerations of a scenario.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/scenario_reader.h"

namespace muster::codec {
namespace {

constexpr int32_t kMaxCount = 1000000;
constexpr int64_t kDefaultPods = 110;  // as the kubelet's maxPods

std::optional<TaintEffect> ToEffect(absl::string_view text) {
  if (text == "NoSchedule") return TaintEffect::kNoSchedule;
  if (text == "PreferNoSchedule") return TaintEffect::kPreferNoSchedule;
  if (text == "NoExecute") return TaintEffect::kNoExecute;
  return std::nullopt;
}

std::optional<Taint> ToTaint(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  const std::pair<absl::string_view, absl::string_view> pair =
      absl::StrSplit(parts.first, absl::MaxSplits('=', 1));
  const auto effect = ToEffect(parts.second);
  if (!effect.has_value() || pair.first.empty()) return std::nullopt;
  return Taint{std::string(pair.first), std::string(pair.second), *effect};
}

// "key=value:Effect", "key:Effect", "key=value", "key", "*".
std::optional<Toleration> ToToleration(absl::string_view text) {
  Toleration toleration;
  const size_t colon = text.find(':');
  if (colon != text.npos) {
    const auto effect = ToEffect(text.substr(colon + 1));
    if (!effect.has_value()) return std::nullopt;
    toleration.any_effect = false;
    toleration.effect = *effect;
    text = text.substr(0, colon);
  }
  const size_t equals = text.find('=');
  toleration.exists = equals == text.npos;
  if (!toleration.exists) toleration.value = std::string(text.substr(equals + 1));
  toleration.key = std::string(text.substr(0, equals));
  if (toleration.key.empty()) return std::nullopt;
  if (toleration.key == "*") toleration.key.clear();
  return toleration;
}

// "key", "!key", "key in (a, b)", "key notin (a)", "key > 5", "key < 5".
std::optional<NodeRequirement> ToRequirement(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  NodeRequirement requirement;
  if (absl::ConsumePrefix(&text, "!")) {
    requirement.op = SelectorOp::kDoesNotExist;
    requirement.key = std::string(absl::StripAsciiWhitespace(text));
    return requirement;
  }
  const size_t end = text.find_first_of(" <>(,)");
  requirement.key = std::string(text.substr(0, end));
  if (requirement.key.empty()) return std::nullopt;
  absl::string_view rest = end == text.npos ? "" : absl::StripAsciiWhitespace(text.substr(end));
  if (rest.empty()) {
    requirement.op = SelectorOp::kExists;
    return requirement;
  }
  if (absl::ConsumePrefix(&rest, ">") || absl::ConsumePrefix(&rest, "<")) {
    requirement.op = text[text.find_first_of("<>")] == '>' ? SelectorOp::kGt : SelectorOp::kLt;
    requirement.values = {std::string(absl::StripAsciiWhitespace(rest))};
    return requirement;
  }
  if (absl::ConsumePrefix(&rest, "notin")) {
    requirement.op = SelectorOp::kNotIn;
  } else if (!absl::ConsumePrefix(&rest, "in")) {
    return std::nullopt;
  }
  rest = absl::StripAsciiWhitespace(rest);
  if (!absl::ConsumePrefix(&rest, "(") || !absl::ConsumeSuffix(&rest, ")")) return std::nullopt;
  for (absl::string_view value : absl::StrSplit(rest, ',')) {
    requirement.values.emplace_back(absl::StripAsciiWhitespace(value));
  }
  return requirement;
}

// "zone in (a, b), gpu": all of them must hold. Commas inside parentheses do not part.
std::optional<NodeSelectorTerm> ToTerm(absl::string_view text) {
  NodeSelectorTerm term;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    const auto requirement = ToRequirement(text.substr(begin, i - begin));
    if (!requirement.has_value()) return std::nullopt;
    term.labels.push_back(*requirement);
    begin = i + 1;
  }
  return term;
}

}  // namespace

int32_t ReadCount(YamlMap* map, absl::string_view key, int32_t absent, int32_t least) {
  const auto field = map->Optional(key);
  if (!field.has_value()) return absent;
  return static_cast<int32_t>(field->Integer(least, kMaxCount).value_or(absent));
}

absl::Duration ReadDuration(YamlMap* map, absl::string_view key, absl::Duration absent) {
  const auto field = map->Optional(key);
  return field.has_value() ? field->Duration().value_or(absent) : absent;
}

std::string ReadText(YamlMap* map, absl::string_view key, absl::string_view absent) {
  const auto field = map->Optional(key);
  return field.has_value() ? field->Text().value_or("") : std::string(absent);
}

Labels ReadLabels(const YamlField& field) {
  std::map<std::string, std::string> sorted;
  for (const auto& [key, value] : YamlMap(field, YamlMap::kOpen).Entries()) {
    if (const auto text = value.Text()) sorted[key] = *text;
  }
  return Labels(sorted.begin(), sorted.end());
}

std::vector<Taint> ReadTaints(const YamlField& field) {
  std::vector<Taint> taints;
  for (const YamlField& item : field.Items()) {
    const auto text = item.Text("a taint");
    if (!text.has_value()) continue;
    const auto taint = ToTaint(*text);
    if (taint.has_value()) {
      taints.push_back(*taint);
    } else {
      item.Expected("a taint, key=value:NoSchedule or key:NoExecute");
    }
  }
  return taints;
}

ResourceList ReadAmounts(YamlMap* map, bool of_node) {
  ResourceList amounts;
  std::vector<absl::string_view> own = {kCpu, kMemory};
  if (of_node) own.push_back(kPods);
  for (absl::string_view resource : own) {
    if (const auto field = map->Optional(resource)) {
      amounts.Set(resource, field->Amount(resource).value_or(0));
    }
  }
  if (const auto field = map->Optional("resources")) {
    if (const auto extended = field->Amounts()) {
      for (const auto& [name, amount] : extended->entries()) amounts.Set(name, amount);
    }
  }
  return amounts;
}

RoleSpec ReadRole(YamlMap* map) {
  RoleSpec role;
  role.requests = ReadAmounts(map, /*of_node=*/false);
  if (const auto field = map->Optional("nodeSelector")) role.node_selector = ReadLabels(*field);
  EachItem(map, "tolerations", [&role](const YamlField& item) {
    const auto text = item.Text("a toleration");
    if (!text.has_value()) return;
    const auto toleration = ToToleration(*text);
    if (toleration.has_value()) {
      role.tolerations.push_back(*toleration);
    } else {
      item.Expected("a toleration: key=value:NoSchedule, key:NoExecute, key=value, key or *");
    }
  });
  role.has_affinity = map->field().node().Find("affinity") != nullptr;
  EachItem(map, "affinity", [&role](const YamlField& item) {
    const auto text = item.Text("a term");
    if (!text.has_value()) return;
    const auto term = ToTerm(*text);
    if (term.has_value()) {
      role.affinity.push_back(*term);
    } else {
      item.Expected("a term such as \"zone in (a, b), gpu, !spot, cores > 8\"");
    }
  });
  return role;
}

std::vector<Node> ReadNodes(const YamlField& field) {
  YamlMap map(field);
  if (!map.valid()) return {};
  Node node;
  if (const auto name = map.Required("name", "the node's name")) {
    node.name = name->Text().value_or("");
  }
  const bool counted = field.node().Find("count") != nullptr;
  const int32_t count = ReadCount(&map, "count", 1);
  std::vector<std::string> zones;
  if (const auto list = map.Optional("zones")) zones = list->Texts().value_or(zones);
  node.allocatable = ReadAmounts(&map, /*of_node=*/true);
  if (!node.allocatable.Has(kPods)) node.allocatable.Set(kPods, kDefaultPods);
  if (const auto labels = map.Optional("labels")) node.labels = ReadLabels(*labels);
  if (const auto taints = map.Optional("taints")) node.taints = ReadTaints(*taints);
  if (const auto closed = map.Optional("unschedulable")) {
    node.unschedulable = closed->Boolean().value_or(false);
  }
  map.Finish();

  std::vector<Node> nodes;
  for (int32_t i = 0; i < count; ++i) {
    Node& next = nodes.emplace_back(node);
    if (counted) absl::StrAppend(&next.name, "-", i);
    std::map<std::string, std::string> labels(node.labels.begin(), node.labels.end());
    labels.emplace("kubernetes.io/hostname", next.name);
    if (!zones.empty()) {
      labels[std::string(kZoneLabel)] = zones[static_cast<size_t>(i) % zones.size()];
    }
    next.labels.assign(labels.begin(), labels.end());
  }
  return nodes;
}

}  // namespace muster::codec
