// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/link_template.h"
#include "scheduler/codec/namespace_globs.h"
#include "scheduler/codec/pod_codec.h"
#include "scheduler/codec/prices_reader.h"
#include "scheduler/codec/queue_fields.h"
#include "scheduler/codec/queue_guarantees.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr size_t kLongestPath = 63;  // a path is a label value: muster.dev/queue

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
    ReadUserLabel(map, &config);
    if (const auto groups = map->Optional("groups")) config.groups = ReadGroups(*groups);
    if (const auto fairness = map->Optional("fairness")) ReadFairness(*fairness, &config);
    if (const auto prices = map->Optional("prices")) config.prices = ReadPrices(*prices);
    if (const auto history = map->Optional("history")) config.history_url = ReadHistory(*history);
    names_ = {!config.user_label.empty(), config.groups};
    if (const auto queues = map->Required("queues", "a list of queues")) {
      config.queues = ReadSiblings(*queues, "", /*reclaimable=*/true);
      ReportOverlaps(claims_);
    }
    return config;
  }

 private:
  void ReadUserLabel(YamlMap* map, QueueConfig* config) {
    const auto label = map->Optional("userLabel");
    if (!label.has_value()) return;
    if (label->Word({kUserLabel}).has_value()) config->user_label = std::string(kUserLabel);
  }

  void ReadFairness(const YamlField& field, QueueConfig* config) {
    YamlMap map(field);
    if (!map.valid()) return;
    if (const auto half = map.Required("halfLife", "a duration such as 1h")) {
      config->half_life = half->Duration().value_or(absl::ZeroDuration());
      if (half->node().kind == YamlNode::Kind::kScalar &&
          half->Duration() == absl::ZeroDuration()) {
        half->Expected("a duration longer than 0s; without this key past use does not count");
      }
    }
    map.Finish();
  }

  // `reclaimable`: what is above them may be reclaimed from.
  std::vector<QueueSpec> ReadSiblings(const YamlField& list, const std::string& parent_path,
                                      bool reclaimable) {
    std::vector<QueueSpec> queues;
    const std::vector<YamlField> items = list.Items();
    if (items.empty() && list.node().kind == YamlNode::Kind::kSequence) {
      list.Error("expected at least one queue, got an empty list");
    }
    std::map<std::string, size_t> lines;
    for (const YamlField& item : items) {
      QueueSpec spec = ReadQueue(item, parent_path, reclaimable);
      const auto [at, fresh] = lines.emplace(spec.name, item.node().mark.line);
      if (!fresh && !spec.name.empty()) {
        YamlField(*item.node().Find("name"), item.path() + ".name", item.errors())
            .Error(absl::StrCat("the name ", Quoted(spec.name), " is taken by its sibling of line ",
                                at->second));
      }
      queues.push_back(std::move(spec));
    }
    CheckReclaimable(queues, items, reclaimable);
    return queues;
  }

  QueueSpec ReadQueue(const YamlField& field, const std::string& parent_path, bool reclaimable) {
    QueueSpec spec;
    YamlMap map(field);
    if (!map.valid()) return spec;
    const auto name = map.Required("name", "the queue's name");
    if (name.has_value()) spec.name = ReadName(*name, parent_path);
    const std::string path =
        parent_path.empty() ? spec.name : absl::StrCat(parent_path, ".", spec.name);
    ReadQueueFields(&map, names_, &spec);
    const auto children = map.Optional("queues");
    ReadLeafFields(&map, children.has_value(), &spec);
    const auto namespaces = map.Optional("namespaces");
    if (children.has_value()) {
      if (namespaces.has_value()) namespaces->Error("only a queue without inner queues has this");
      spec.queues = ReadSiblings(*children, path, reclaimable && spec.reclaimable);
      CheckChildren(spec, path, map.Optional("guaranteed").value_or(field));
    } else if (namespaces.has_value()) {
      spec.namespaces = ReadNamespaces(*namespaces, path);
    }
    if (spec.per_namespace) CheckTemplate(spec, *map.Optional("perNamespace"));
    map.Finish();
    return spec;
  }

  std::string ReadName(const YamlField& field, const std::string& parent_path) {
    const std::string name = field.Text("the queue's name").value_or("");
    if (field.node().kind != YamlNode::Kind::kScalar) return "";
    if (!IsPlainName(name)) {
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

  ConfigNames names_;
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
