// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_fields.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace muster::codec {
namespace {

constexpr int64_t kMaxWeight = 1'000'000;
constexpr int64_t kMaxOffset = 1'000'000'000;  // the highest priority of a user's PriorityClass

ResourceList WithoutZeroes(const ResourceList& list) {
  ResourceList result;
  for (const auto& [resource, amount] : list.entries()) result.Set(resource, amount);
  return result;
}

void ReadInt32(YamlMap* map, absl::string_view key, int64_t min, int64_t max, int32_t* value) {
  const auto field = map->Optional(key);
  if (!field.has_value()) return;
  if (const auto number = field->Integer(min, max)) *value = static_cast<int32_t>(*number);
}

void ReadCount(YamlMap* map, absl::string_view key, int64_t min, std::optional<int32_t>* value) {
  const auto field = map->Optional(key);
  if (!field.has_value()) return;
  if (const auto number = field->Integer(min, kMostGangs)) *value = static_cast<int32_t>(*number);
}

void ReadBoolean(YamlMap* map, absl::string_view key, bool* value) {
  const auto field = map->Optional(key);
  if (field.has_value()) *value = field->Boolean().value_or(*value);
}

void ReadPositive(const YamlField& field, absl::Duration* value) {
  const std::optional<absl::Duration> duration = field.Duration();
  if (!duration.has_value()) return;
  *value = *duration;
  if (*duration == absl::ZeroDuration()) field.Expected("a duration longer than 0s");
}

// A key of leaves alone, or nullopt and, on an inner queue, an error.
std::optional<YamlField> LeafKey(YamlMap* map, absl::string_view key, bool inner) {
  std::optional<YamlField> field = map->Optional(key);
  if (!field.has_value() || !inner) return field;
  field->Error("only a queue without inner queues has this");
  return std::nullopt;
}

void ReadAutoscale(const YamlField& field, Autoscale* mode) {
  const std::string& text = field.node().text;
  if (text == "demandPods" || text == "provisioningRequest") {
    field.Error("is not supported by this version; expected driver, none, or leave it out");
  } else if (const auto word = field.Word({"none", "driver"})) {
    *mode = *word == 0 ? Autoscale::kNone : Autoscale::kDriver;
  }
}

// What only says something beside `autoscale: driver`.
std::optional<YamlField> DriverKey(YamlMap* map, absl::string_view key, bool inner,
                                   Autoscale mode) {
  std::optional<YamlField> field = LeafKey(map, key, inner);
  if (!field.has_value() || mode == Autoscale::kDriver) return field;
  field->Expected("the key autoscale: driver beside it");
  return std::nullopt;
}

void CheckWithinMax(const QueueSpec& spec, const YamlField& max) {
  for (const auto& [resource, amount] : spec.guaranteed.entries()) {
    if (!spec.max.Has(resource) || amount <= spec.max.Get(resource)) continue;
    max.Error(
        absl::StrCat("max ", resource, " is ", AmountToString(resource, spec.max.Get(resource)),
                     "; expected at least the guaranteed ", AmountToString(resource, amount)));
  }
}

}  // namespace

void ReadQueueFields(YamlMap* map, const ConfigNames& names, QueueSpec* spec) {
  if (const auto weight = map->Optional("weight")) {
    spec->weight = weight->Integer(1, kMaxWeight).value_or(1);
  }
  if (const auto guaranteed = map->Optional("guaranteed")) {
    spec->guaranteed = WithoutZeroes(ReadQueueAmounts(*guaranteed));
  }
  if (const auto max = map->Optional("max")) {
    spec->max = ReadQueueAmounts(*max);
    CheckWithinMax(*spec, *max);
  }
  ReadCount(map, "maxRunning", 1, &spec->max_running);
  if (const auto users = map->Optional("users")) {
    spec->users = ReadUserLimits(*users, names.user_label);
  }
  if (const auto groups = map->Optional("groups")) {
    spec->groups = ReadGroupLimits(*groups, names.groups);
  }
  if (const auto state = map->Optional("state")) {
    if (const auto word = state->Word({"open", "draining", "closed"})) {
      spec->state = static_cast<QueueState>(*word);
    }
  }
  ReadInt32(map, "priority", -kMaxOffset, kMaxOffset, &spec->priority);
  ReadInt32(map, "maxPriority", std::numeric_limits<int32_t>::min(),
            std::numeric_limits<int32_t>::max(), &spec->max_priority);
  ReadBoolean(map, "preemptible", &spec->preemptible);
  ReadBoolean(map, "reclaimable", &spec->reclaimable);
  if (const auto least = map->Optional("minRuntime")) ReadPositive(*least, &spec->min_runtime);
  ReadCount(map, "evictionsPerHour", 0, &spec->evictions_per_hour);
  const auto zone = map->Optional("zone");
  if (zone.has_value() && zone->node().text != "any") {
    zone->Error("is not supported by this version; expected any, or leave it out");
  }
}

void ReadLeafFields(YamlMap* map, bool inner, QueueSpec* spec) {
  if (const auto order = LeafKey(map, "order", inner)) {
    if (const auto word = order->Word({"fifo", "fair"})) {
      spec->order = *word == 0 ? LeafOrder::kFifo : LeafOrder::kFair;
    }
  }
  if (const auto backfill = LeafKey(map, "backfill", inner)) {
    spec->backfill = backfill->Boolean().value_or(false);
  }
  if (const auto after = LeafKey(map, "starveAfter", inner)) {
    ReadPositive(*after, &spec->starve_after);
  }
  if (const auto mode = LeafKey(map, "autoscale", inner)) ReadAutoscale(*mode, &spec->autoscale);
  if (const auto after = DriverKey(map, "scaleAfter", inner, spec->autoscale)) {
    if (const auto duration = after->Duration()) spec->scale_after = *duration;
  }
  if (const auto most = DriverKey(map, "maxUnbacked", inner, spec->autoscale)) {
    if (const auto number = most->Integer(1, kMostGangs)) {
      spec->max_unbacked = static_cast<int32_t>(*number);
    }
  }
  if (const auto accounts = LeafKey(map, "serviceAccounts", inner)) {
    spec->service_accounts = ReadServiceAccounts(*accounts);
  }
  if (const auto each = LeafKey(map, "perNamespace", inner)) {
    spec->per_namespace = each->Boolean().value_or(false);
  }
}

}  // namespace muster::codec
