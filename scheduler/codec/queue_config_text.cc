// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config_text.h"

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/yaml_text.h"

namespace muster::codec {
namespace {

void WriteTexts(absl::string_view key, const std::vector<std::string>& texts, YamlText* yaml) {
  if (texts.empty()) return;
  yaml->Key(key);
  yaml->Begin('[');
  for (const std::string& text : texts) yaml->Text(text);
  yaml->End();
}

void WriteLimit(absl::string_view name, const UseLimit& limit, YamlText* yaml) {
  yaml->Key(name);
  yaml->Begin('{');
  if (limit.max_running.has_value()) yaml->Number("maxRunning", *limit.max_running, -1);
  yaml->Amounts("max", limit.max);
  yaml->End();
}

void WriteLimits(absl::string_view key, const UseLimits& limits, YamlText* yaml) {
  if (limits.empty()) return;
  yaml->Key(key);
  yaml->Begin('{');
  if (limits.otherwise.has_value()) WriteLimit("default", *limits.otherwise, yaml);
  for (const auto& [name, limit] : limits.named) WriteLimit(name, limit, yaml);
  yaml->End();
}

absl::string_view NameOf(QueueState state) {
  switch (state) {
    case QueueState::kDraining: return "draining";
    case QueueState::kClosed: return "closed";
    case QueueState::kOpen: break;
  }
  return "open";
}

void WriteQueue(const QueueSpec& queue, YamlText* yaml) {
  const QueueSpec initial;
  yaml->Begin('{');
  yaml->Text("name", queue.name);
  yaml->Number("weight", queue.weight, initial.weight);
  yaml->Amounts("guaranteed", queue.guaranteed);
  yaml->Amounts("max", queue.max);
  if (queue.max_running.has_value()) yaml->Number("maxRunning", *queue.max_running, -1);
  WriteLimits("users", queue.users, yaml);
  WriteLimits("groups", queue.groups, yaml);
  yaml->Text("state", NameOf(queue.state), NameOf(initial.state));
  yaml->Number("priority", queue.priority, initial.priority);
  yaml->Number("maxPriority", queue.max_priority, initial.max_priority);
  yaml->Boolean("preemptible", queue.preemptible, initial.preemptible);
  yaml->Boolean("reclaimable", queue.reclaimable, initial.reclaimable);
  yaml->Duration("minRuntime", queue.min_runtime, initial.min_runtime);
  if (queue.evictions_per_hour.has_value()) {
    yaml->Number("evictionsPerHour", *queue.evictions_per_hour, -1);
  }
  yaml->Text("order", queue.order == LeafOrder::kFair ? "fair" : "", "");
  yaml->Boolean("backfill", queue.backfill, initial.backfill);
  yaml->Duration("starveAfter", queue.starve_after, initial.starve_after);
  WriteTexts("namespaces", queue.namespaces, yaml);
  WriteTexts("serviceAccounts", queue.service_accounts, yaml);
  yaml->Boolean("perNamespace", queue.per_namespace, initial.per_namespace);
  if (!queue.queues.empty()) {
    yaml->Key("queues");
    yaml->Begin('[');
    for (const QueueSpec& child : queue.queues) WriteQueue(child, yaml);
    yaml->End();
  }
  yaml->End();
}

void WriteGroups(const QueueConfig& config, YamlText* yaml) {
  yaml->Begin('{');
  for (const auto& [name, users] : config.groups) WriteTexts(name, users, yaml);
  yaml->End();
}

}  // namespace

std::string QueueConfigText(const QueueConfig& config) {
  std::string text;
  const QueueConfig initial;
  if (config.scorer != initial.scorer) absl::StrAppend(&text, "scorer: ", config.scorer, "\n");
  if (!config.user_label.empty()) absl::StrAppend(&text, "userLabel: ", config.user_label, "\n");
  if (config.half_life > absl::ZeroDuration()) {
    absl::StrAppend(&text, "fairness: {halfLife: ", absl::FormatDuration(config.half_life), "}\n");
  }
  if (!config.groups.empty()) {
    YamlText yaml;
    WriteGroups(config, &yaml);
    absl::StrAppend(&text, "groups: ", yaml.Take(), "\n");
  }
  absl::StrAppend(&text, "queues:\n");
  for (const QueueSpec& queue : config.queues) {
    YamlText yaml;
    WriteQueue(queue, &yaml);
    absl::StrAppend(&text, "- ", yaml.Take(), "\n");
  }
  return text;
}

std::string QueueConfigLine(const QueueConfig& config) {
  const QueueConfig initial;
  YamlText yaml;
  yaml.Begin('{');
  yaml.Text("scorer", config.scorer, initial.scorer);
  yaml.Text("userLabel", config.user_label);
  if (config.half_life > absl::ZeroDuration()) {
    yaml.Key("fairness");
    yaml.Begin('{');
    yaml.Duration("halfLife", config.half_life, absl::ZeroDuration());
    yaml.End();
  }
  if (!config.groups.empty()) {
    yaml.Key("groups");
    WriteGroups(config, &yaml);
  }
  yaml.Key("queues");
  yaml.Begin('[');
  for (const QueueSpec& queue : config.queues) WriteQueue(queue, &yaml);
  yaml.End();
  yaml.End();
  return yaml.Take();
}

}  // namespace muster::codec
