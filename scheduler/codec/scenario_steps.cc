// SPDX-License-Identifier: Apache-2.0
// What happens to the cluster of a scenario: one action an entry, named by its key.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/scenario_reader.h"

namespace muster::codec {
namespace {

using ReadAction = Action (*)(const YamlField& field);

std::string RequiredText(YamlMap* map, absl::string_view key, absl::string_view what) {
  const auto field = map->Required(key, what);
  return field.has_value() ? field->Text(what).value_or("") : "";
}

Action ReadAddNode(const YamlField& field) { return AddNodes{ReadNodes(field)}; }

Action ReadRemoveNode(const YamlField& field) {
  return RemoveNodes{field.Text("node names").value_or("")};
}

Action ReadChangeNode(const YamlField& field) {
  ChangeNodes change;
  YamlMap map(field);
  if (!map.valid()) return change;
  change.nodes = RequiredText(&map, "name", "node names");
  if (const auto labels = map.Optional("labels")) change.labels = ReadLabels(*labels);
  if (const auto taints = map.Optional("taints")) change.taints = ReadTaints(*taints);
  if (const auto closed = map.Optional("unschedulable")) change.unschedulable = closed->Boolean();
  ResourceList amounts = ReadAmounts(&map, /*of_node=*/true);
  if (!amounts.empty()) change.allocatable = std::move(amounts);
  map.Finish();
  return change;
}

Action ReadRefuseBind(const YamlField& field) {
  RefuseBinds refuse;
  YamlMap map(field);
  if (!map.valid()) return refuse;
  refuse.pods = RequiredText(&map, "pod", "pods, namespace/name");
  refuse.times = ReadCount(&map, "times", refuse.times, 1);
  if (const auto code = map.Optional("code")) {
    refuse.code = static_cast<int32_t>(code->Integer(400, 599).value_or(refuse.code));
  }
  map.Finish();
  return refuse;
}

Action ReadRefuseEviction(const YamlField& field) {
  RefuseEvictions refuse;
  YamlMap map(field);
  if (!map.valid()) return refuse;
  refuse.pods = RequiredText(&map, "pod", "pods, namespace/name");
  refuse.times = ReadCount(&map, "times", refuse.times, 1);
  if (const auto code = map.Optional("code")) {
    refuse.code = static_cast<int32_t>(code->Integer(400, 599).value_or(refuse.code));
  }
  if (const auto late = map.Optional("late")) refuse.late = late->Boolean().value_or(false);
  map.Finish();
  return refuse;
}

Action ReadLoseAnswer(const YamlField& field) {
  LoseAnswers lose;
  YamlMap map(field);
  if (!map.valid()) return lose;
  lose.pods = RequiredText(&map, "pod", "pods, namespace/name");
  lose.times = ReadCount(&map, "times", lose.times, 1);
  if (const auto done = map.Optional("done")) lose.done = done->Boolean().value_or(true);
  if (const auto of = map.Optional("of")) {
    const auto word = of->Word({"bind", "eviction"});
    if (word.has_value()) lose.of = static_cast<Request>(*word);
  }
  map.Finish();
  return lose;
}

Action ReadDelayBinds(const YamlField& field) {
  return DelayBinds{field.Duration().value_or(absl::ZeroDuration())};
}

Action ReadDelayWatch(const YamlField& field) {
  return DelayWatch{field.Duration().value_or(absl::ZeroDuration())};
}

Action ReadLoseWatch(const YamlField& field) {
  return LoseWatch{field.Duration().value_or(absl::ZeroDuration())};
}

template <PodFate kFate>
Action ReadTouch(const YamlField& field) {
  return TouchPods{field.Text("pods, namespace/name").value_or(""), kFate};
}

Action ReadRaiseMinimum(const YamlField& field) {
  RaiseMinimum raise;
  YamlMap map(field);
  if (!map.valid()) return raise;
  raise.pods = RequiredText(&map, "pod", "pods, namespace/name");
  map.Required("min", "the new minimum");
  raise.minimum = ReadCount(&map, "min", 1, 1);
  map.Finish();
  return raise;
}

Action ReadDeleteJob(const YamlField& field) {
  return DeleteJobs{field.Text("jobs, namespace/name").value_or("")};
}

Action ReadKillScheduler(const YamlField& field) {
  KillScheduler kill;
  YamlMap map(field);
  if (!map.valid()) return kill;
  kill.binds = ReadCount(&map, "afterBinds", 0);
  kill.down = ReadDuration(&map, "down", kill.down);
  map.Finish();
  return kill;
}

struct ActionKey {
  absl::string_view key;
  ReadAction read;
};
constexpr ActionKey kActions[] = {
    {"addNode", ReadAddNode},
    {"removeNode", ReadRemoveNode},
    {"changeNode", ReadChangeNode},
    {"refuseBind", ReadRefuseBind},
    {"refuseEviction", ReadRefuseEviction},
    {"loseAnswer", ReadLoseAnswer},
    {"delayBinds", ReadDelayBinds},
    {"delayWatch", ReadDelayWatch},
    {"loseWatch", ReadLoseWatch},
    {"failPod", ReadTouch<PodFate::kFail>},
    {"succeedPod", ReadTouch<PodFate::kSucceed>},
    {"deletePod", ReadTouch<PodFate::kDelete>},
    {"ungatePod", ReadTouch<PodFate::kUngate>},
    {"raiseMinimum", ReadRaiseMinimum},
    {"deleteJob", ReadDeleteJob},
    {"killScheduler", ReadKillScheduler},
};

}  // namespace

std::optional<Step> ReadStep(const YamlField& field) {
  YamlMap map(field);
  if (!map.valid()) return std::nullopt;
  Step step;
  if (const auto at = map.Required("at", "when it happens, such as 30s")) {
    step.at = at->Duration().value_or(absl::ZeroDuration());
  }
  int actions = 0;
  for (const ActionKey& action : kActions) {
    const auto value = map.Optional(action.key);
    if (!value.has_value()) continue;
    step.action = action.read(*value);
    ++actions;
  }
  if (field.node().Find("queues") != nullptr) {
    step.action = SetQueues{ReadQueueConfig(&map)};
    ++actions;
  }
  map.Finish();
  if (actions != 1) {
    field.Error(absl::StrCat(
        "expected one action, got ", actions, "; actions: queues, ",
        absl::StrJoin(kActions, ", ",
                      [](std::string* out, const ActionKey& a) { absl::StrAppend(out, a.key); })));
  }
  return step;
}

}  // namespace muster::codec
