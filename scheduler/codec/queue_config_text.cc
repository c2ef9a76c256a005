// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config_text.h"

#include <optional>
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
  yaml->Text("autoscale", queue.autoscale == Autoscale::kDriver ? "driver" : "", "");
  yaml->Duration("scaleAfter", queue.scale_after, initial.scale_after);
  yaml->Number("maxUnbacked", queue.max_unbacked, initial.max_unbacked);
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

void WritePrice(absl::string_view key, std::optional<int64_t> price, YamlText* yaml) {
  if (!price.has_value()) return;
  yaml->Key(key);
  yaml->Billionths(*price);
}

void WritePrices(const Prices& prices, YamlText* yaml) {
  yaml->Begin('{');
  yaml->Text("currency", prices.currency, Prices().currency);
  yaml->Key("resources");
  yaml->Begin('{');
  for (const auto& [resource, price] : prices.resources) WritePrice(resource, price, yaml);
  yaml->End();
  if (!prices.nodes.empty()) {
    yaml->Key("nodes");
    yaml->Begin('[');
    for (const auto& [type, price] : prices.nodes) {
      yaml->Begin('{');
      yaml->Text("instanceType", type);
      WritePrice("onDemand", price.on_demand, yaml);
      WritePrice("spot", price.spot, yaml);
      yaml->End();
    }
    yaml->End();
  }
  yaml->End();
}

struct Entry {
  absl::string_view key;
  std::string value;
};

// `write` writes one value.
template <typename Write>
void Add(absl::string_view key, std::vector<Entry>* entries, Write write) {
  YamlText yaml;
  write(&yaml);
  entries->push_back({key, yaml.Take()});
}

// The keys of the top level but for the queues.
std::vector<Entry> TopLevel(const QueueConfig& config) {
  const QueueConfig initial;
  std::vector<Entry> entries;
  if (config.scorer != initial.scorer) {
    Add("scorer", &entries, [&](YamlText* yaml) { yaml->Text(config.scorer); });
  }
  if (!config.user_label.empty()) {
    Add("userLabel", &entries, [&](YamlText* yaml) { yaml->Text(config.user_label); });
  }
  if (config.half_life > absl::ZeroDuration()) {
    Add("fairness", &entries, [&](YamlText* yaml) {
      yaml->Begin('{');
      yaml->Duration("halfLife", config.half_life, absl::ZeroDuration());
      yaml->End();
    });
  }
  if (!config.groups.empty()) {
    Add("groups", &entries, [&](YamlText* yaml) { WriteGroups(config, yaml); });
  }
  if (!config.prices.empty()) {
    Add("prices", &entries, [&](YamlText* yaml) { WritePrices(config.prices, yaml); });
  }
  if (!config.history_url.empty()) {
    Add("history", &entries, [&](YamlText* yaml) {
      yaml->Begin('{');
      yaml->Text("url", config.history_url);
      yaml->End();
    });
  }
  return entries;
}

}  // namespace

std::string QueueConfigText(const QueueConfig& config) {
  std::string text;
  for (const Entry& each : TopLevel(config))
    absl::StrAppend(&text, each.key, ": ", each.value, "\n");
  absl::StrAppend(&text, "queues:\n");
  for (const QueueSpec& queue : config.queues) {
    YamlText yaml;
    WriteQueue(queue, &yaml);
    absl::StrAppend(&text, "- ", yaml.Take(), "\n");
  }
  return text;
}

std::string QueueConfigLine(const QueueConfig& config) {
  std::string text = "{";
  for (const Entry& each : TopLevel(config))
    absl::StrAppend(&text, each.key, ": ", each.value, ", ");
  YamlText yaml;
  yaml.Begin('[');
  for (const QueueSpec& queue : config.queues) WriteQueue(queue, &yaml);
  yaml.End();
  return absl::StrCat(text, "queues: ", yaml.Take(), "}");
}

}  // namespace muster::codec
