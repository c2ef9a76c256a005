// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/namespace_globs.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr int64_t kMaxWeight = 1000000;
constexpr size_t kLongestPath = 63;  // a path is a label value: muster.dev/queue

// A field of the design that is not acted on, and the one value that asks for today's behaviour.
struct LaterField {
  absl::string_view key;
  absl::string_view neutral;  // "" where there is none
};
constexpr LaterField kLaterFields[] = {
    {"backfill", "false"},    {"autoscale", "none"},   {"zone", "any"},
    {"preemptible", "false"}, {"reclaimable", ""},     {"users", ""},
    {"groups", ""},           {"maxRunning", ""},      {"serviceAccounts", ""},
    {"state", ""},            {"starveAfter", ""},     {"perNamespace", ""},
    {"priority", ""},         {"maxPriority", ""},     {"fairness", ""},
    {"minRuntime", ""},       {"scaleAfter", ""},      {"maxUnbacked", ""},
};

bool IsQueueName(absl::string_view name) {
  const auto alnum = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); };
  if (name.empty() || !alnum(name.front()) || !alnum(name.back())) return false;
  for (char c : name) {
    if (!alnum(c) && c != '-' && c != '_') return false;
  }
  return true;
}

bool IsResourceName(absl::string_view name) {
  if (absl::StartsWith(name, "hugepages-")) return true;
  const size_t slash = name.find('/');
  if (slash != name.npos) return slash > 0 && slash + 1 < name.size();
  return name == kCpu || name == kMemory || name == kPods || name == kEphemeralStorage;
}

ResourceList WithoutZeroes(const ResourceList& list) {
  ResourceList result;
  for (const auto& [resource, amount] : list.entries()) result.Set(resource, amount);
  return result;
}

class ConfigReader {
 public:
  QueueConfig Read(YamlMap* map) {
    QueueConfig config;
    if (const auto scorer = map->Optional("scorer")) {
      constexpr absl::string_view kScorers[] = {"bin-pack", "spread"};
      if (const auto word = scorer->Word({kScorers[0], kScorers[1]})) {
        config.scorer = std::string(kScorers[*word]);
      }
    }
    if (const auto queues = map->Required("queues", "a list of queues")) {
      config.queues = ReadSiblings(*queues, "");
      ReportOverlaps(claims_);
    }
    return config;
  }

 private:
  std::vector<QueueSpec> ReadSiblings(const YamlField& list, const std::string& parent_path) {
    std::vector<QueueSpec> queues;
    const std::vector<YamlField> items = list.Items();
    if (items.empty() && list.node().kind == YamlNode::Kind::kSequence) {
      list.Error("expected at least one queue, got an empty list");
    }
    std::map<std::string, size_t> lines;
    for (const YamlField& item : items) {
      QueueSpec spec = ReadQueue(item, parent_path);
      const auto [at, fresh] = lines.emplace(spec.name, item.node().mark.line);
      if (!fresh && !spec.name.empty()) {
        YamlField(*item.node().Find("name"), item.path() + ".name", item.errors())
            .Error(absl::StrCat("the name ", Quoted(spec.name),
                                " is taken by its sibling of line ", at->second));
      }
      queues.push_back(std::move(spec));
    }
    return queues;
  }

  QueueSpec ReadQueue(const YamlField& field, const std::string& parent_path) {
    QueueSpec spec;
    YamlMap map(field);
    if (!map.valid()) return spec;
    const auto name = map.Required("name", "the queue's name");
    if (name.has_value()) spec.name = ReadName(*name, parent_path);
    const std::string path =
        parent_path.empty() ? spec.name : absl::StrCat(parent_path, ".", spec.name);
    if (const auto weight = map.Optional("weight")) {
      spec.weight = weight->Integer(1, kMaxWeight).value_or(1);
    }
    const auto guaranteed = map.Optional("guaranteed");
    if (guaranteed.has_value()) spec.guaranteed = WithoutZeroes(ReadAmounts(*guaranteed));
    if (const auto max = map.Optional("max")) {
      spec.max = ReadAmounts(*max);
      CheckWithinMax(spec, *max);
    }
    const auto order = map.Optional("order");
    const auto namespaces = map.Optional("namespaces");
    if (const auto children = map.Optional("queues")) {
      for (const auto& leaf_field : {order, namespaces}) {
        if (leaf_field.has_value()) leaf_field->Error("only a queue without inner queues has this");
      }
      spec.queues = ReadSiblings(*children, path);
      CheckChildren(spec, path, guaranteed.has_value() ? *guaranteed : field);
    } else {
      if (order.has_value()) ReadOrder(*order, &spec);
      if (namespaces.has_value()) spec.namespaces = ReadNamespaces(*namespaces, path);
    }
    RefuseLaterFields(&map);
    map.Finish();
    return spec;
  }

  std::string ReadName(const YamlField& field, const std::string& parent_path) {
    const std::string name = field.Text("the queue's name").value_or("");
    if (field.node().kind != YamlNode::Kind::kScalar) return "";
    if (!IsQueueName(name)) {
      field.Expected("letters, digits, - and _, beginning and ending with a letter or digit");
      return "";
    }
    const size_t length = parent_path.size() + (parent_path.empty() ? 0 : 1) + name.size();
    if (length > kLongestPath) {
      field.Error(absl::StrCat("the path of ", Quoted(name), " has ", length,
                               " characters; expected at most ", kLongestPath,
                               ", since it is a label's value"));
    }
    return name;
  }

  ResourceList ReadAmounts(const YamlField& field) {
    for (const YamlEntry& entry : field.node().entries) {
      if (IsResourceName(entry.key)) continue;
      const std::string nearest =
          NearestWord(entry.key, {kCpu, kMemory, kPods, kEphemeralStorage});
      field.errors()->Add(
          entry.mark,
          absl::StrCat(field.path(), ": unknown resource ", Quoted(entry.key), "; ",
                       nearest.empty() ? std::string("expected cpu, memory, pods, "
                                                     "ephemeral-storage, hugepages-SIZE or an "
                                                     "extended resource such as nvidia.com/gpu")
                                       : absl::StrCat("did you mean ", Quoted(nearest), "?")));
    }
    return field.Amounts().value_or(ResourceList());
  }

  void CheckWithinMax(const QueueSpec& spec, const YamlField& max) {
    for (const auto& [resource, amount] : spec.guaranteed.entries()) {
      if (!spec.max.Has(resource) || amount <= spec.max.Get(resource)) continue;
      max.Error(absl::StrCat("max ", resource, " is ",
                             AmountToString(resource, spec.max.Get(resource)),
                             "; expected at least the guaranteed ",
                             AmountToString(resource, amount)));
    }
  }

  void CheckChildren(const QueueSpec& spec, const std::string& path, const YamlField& at) {
    ResourceList sum;
    for (const QueueSpec& child : spec.queues) sum.Add(child.guaranteed);
    for (const auto& [resource, amount] : sum.entries()) {
      const int64_t own = spec.guaranteed.Get(resource);
      if (amount <= own) continue;
      at.Error(absl::StrCat("the inner queues of ", path, " are guaranteed ",
                            AmountToString(resource, amount), " ", resource,
                            " in sum; expected at most the ", AmountToString(resource, own),
                            " guaranteed to ", path));
    }
  }

  void ReadOrder(const YamlField& field, QueueSpec* spec) {
    if (const auto word = field.Word({"fifo", "fair"})) {
      spec->order = *word == 0 ? LeafOrder::kFifo : LeafOrder::kFair;
    }
  }

  std::vector<std::string> ReadNamespaces(const YamlField& field, const std::string& path) {
    std::vector<std::string> globs;
    if (field.node().kind == YamlNode::Kind::kSequence && field.node().items.empty()) {
      field.Error("expected at least one namespace; without this key every namespace may submit");
    }
    for (const YamlField& item : field.Items()) {
      const std::optional<std::string> glob = item.Text("a namespace");
      if (!glob.has_value()) continue;
      if (!IsNamespaceGlob(*glob)) {
        item.Expected("a namespace (lower-case letters, digits, -) or a pattern with * and ?");
        continue;
      }
      globs.push_back(*glob);
      claims_.push_back({*glob, path, item});
    }
    return globs;
  }

  void RefuseLaterFields(YamlMap* map) {
    for (const LaterField& later : kLaterFields) {
      if (map->field().node().Find(later.key) == nullptr) continue;
      const auto field = map->Optional(later.key);
      const bool neutral = !later.neutral.empty() && field->node().text == later.neutral;
      if (neutral) continue;
      field->Error(absl::StrCat(
          "is not supported by this version",
          later.neutral.empty() ? std::string("; leave it out")
                                : absl::StrCat("; expected ", later.neutral, ", or leave it out")));
    }
  }

  std::vector<NamespaceClaim> claims_;
};

}  // namespace

QueueConfig ReadQueueConfig(YamlMap* map) { return ConfigReader().Read(map); }

absl::StatusOr<QueueConfig> ParseQueueConfig(absl::string_view file, absl::string_view text) {
  const absl::StatusOr<YamlNode> root = ParseYaml(file, text);
  if (!root.ok()) return root.status();
  YamlErrors errors(file);
  QueueConfig config;
  if (root->kind == YamlNode::Kind::kNull) {
    errors.Add(root->mark, "the queue config is empty; expected the key \"queues\"");
  } else {
    YamlMap map(YamlField(*root, "", &errors));
    if (map.valid()) config = ReadQueueConfig(&map);
    if (map.valid()) map.Finish();
  }
  if (absl::Status status = errors.ToStatus(); !status.ok()) return status;
  return config;
}

}  // namespace muster::codec
