// SPDX-License-Identifier: Apache-2.0
// What a scenario expects, of gangs, pods, queues and events.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/codec/scenario_reader.h"

namespace muster::codec {
namespace {

constexpr int64_t kMax = 1'000'000'000;
constexpr absl::string_view kNoReason = "none";

std::optional<int64_t> ReadNumber(YamlMap* map, absl::string_view key) {
  const auto field = map->Optional(key);
  return field.has_value() ? field->Integer(0, kMax) : std::nullopt;
}

// "none", or the name of a code.
std::optional<std::string> ReadReason(YamlMap* map) {
  const auto field = map->Optional("reason");
  if (!field.has_value()) return std::nullopt;
  const auto text = field->Text("a reason");
  if (!text.has_value() || *text == kNoReason) return text;
  std::vector<absl::string_view> names;
  for (int code = static_cast<int>(ReasonCode::kGangIncomplete);
       code <= static_cast<int>(ReasonCode::kForbidden); ++code) {
    names.push_back(Name(static_cast<ReasonCode>(code)));
    if (*text == names.back()) return text;
  }
  field->Expected(absl::StrCat("a reason: none, ", absl::StrJoin(names, ", ")));
  return std::nullopt;
}

std::vector<std::string> ReadGlobs(YamlMap* map, absl::string_view key) {
  const auto field = map->Optional(key);
  if (!field.has_value()) return {};
  return field->Texts().value_or(std::vector<std::string>());
}

ExpectGang ReadGang(const YamlField& field, YamlMap* map) {
  ExpectGang gang;
  gang.gang = field.Text("a gang, namespace/name").value_or("");
  if (gang.gang.find('/') == std::string::npos) field.Expected("a gang, namespace/name");
  if (const auto state = map->Optional("state")) {
    const auto word = state->Word({"waiting", "starting", "started", "ended"});
    if (word.has_value()) gang.state = static_cast<ExpectedState>(*word);
  }
  gang.bound = ReadNumber(map, "bound");
  gang.held = ReadNumber(map, "held");
  gang.claimed = ReadNumber(map, "claimed");
  gang.evicted = ReadNumber(map, "evicted");
  gang.reason = ReadReason(map);
  if (const auto message = map->Optional("message")) gang.message = message->Text();
  gang.nodes = ReadGlobs(map, "nodes");
  if (const auto longest = map->Optional("halfBound")) gang.half_bound = longest->Duration();
  return gang;
}

ExpectPods ReadPods(const YamlField& field, YamlMap* map) {
  ExpectPods pods;
  pods.pods = field.Text("pods, namespace/name").value_or("");
  pods.exist = ReadNumber(map, "exist");
  pods.bound = ReadNumber(map, "bound");
  pods.nodes = ReadGlobs(map, "nodes");
  return pods;
}

ExpectQueue ReadQueue(const YamlField& field, YamlMap* map) {
  ExpectQueue queue;
  queue.queue = field.Text("a queue's path").value_or("");
  if (const auto used = map->Optional("used")) queue.used = used->Amounts();
  if (const auto held = map->Optional("held")) queue.held = held->Amounts();
  queue.waiting = ReadNumber(map, "waiting");
  queue.started = ReadNumber(map, "started");
  return queue;
}

ExpectEvents ReadEvents(const YamlField& field, YamlMap* map) {
  ExpectEvents events;
  events.pods = field.Text("pods, namespace/name").value_or("");
  if (const auto reason = map->Required("reason", "the event's reason")) {
    events.reason = reason->Text().value_or("");
  }
  map->Required("count", "how many events");
  events.count = ReadNumber(map, "count").value_or(0);
  return events;
}

ExpectEvictions ReadEvictions(const YamlField& field, YamlMap* map) {
  ExpectEvictions evictions;
  evictions.pods = field.Text("pods, namespace/name").value_or("");
  map->Required("count", "how many of them were evicted");
  evictions.count = ReadNumber(map, "count").value_or(0);
  return evictions;
}

}  // namespace

std::optional<Expectation> ReadExpectation(const YamlField& field) {
  YamlMap map(field);
  if (!map.valid()) return std::nullopt;
  Expectation expectation;
  expectation.mark = field.node().mark;
  if (const auto at = map.Optional("at")) expectation.at = at->Duration();
  int kinds = 0;
  if (const auto gang = map.Optional("gang"); gang.has_value() && ++kinds > 0) {
    expectation.what = ReadGang(*gang, &map);
  }
  if (const auto pods = map.Optional("pods"); pods.has_value() && ++kinds > 0) {
    expectation.what = ReadPods(*pods, &map);
  }
  if (const auto queue = map.Optional("queue"); queue.has_value() && ++kinds > 0) {
    expectation.what = ReadQueue(*queue, &map);
  }
  if (const auto events = map.Optional("events"); events.has_value() && ++kinds > 0) {
    expectation.what = ReadEvents(*events, &map);
  }
  if (const auto evictions = map.Optional("evictions"); evictions.has_value() && ++kinds > 0) {
    expectation.what = ReadEvictions(*evictions, &map);
  }
  map.Finish();
  if (kinds != 1) {
    field.Error(
        absl::StrCat("expected one of gang, pods, queue, events and evictions, got ", kinds));
  }
  return expectation;
}

}  // namespace muster::codec
