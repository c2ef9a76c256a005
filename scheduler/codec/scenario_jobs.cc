// SPDX-License-Identifier: Apache-2.0
// The work of a scenario: single pods, gangs and Spark jobs.
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/scenario_reader.h"

namespace muster::codec {
namespace {

constexpr int64_t kMaxPriority = 2'000'000'000;  // system-cluster-critical and below

// A driver's size where the scenario names none: Spark's default of 1 core and 1g with its
// overhead.
ResourceList DefaultDriver() { return {{kCpu, 1000}, {kMemory, int64_t{1408} << 20}}; }

void ReadGang(const YamlField& field, Job* job) {
  job->kind = JobKind::kGang;
  YamlMap map(field);
  if (!map.valid()) return;
  int32_t members = 0;
  if (field.node().Find("shapes") != nullptr) {
    EachItem(&map, "shapes", [&](const YamlField& item) {
      YamlMap shape(item);
      if (!shape.valid()) return;
      const int32_t count = ReadCount(&shape, "count", 1, 1);
      job->shapes.push_back({count, ReadRole(&shape)});
      members += count;
      shape.Finish();
    });
  } else {
    map.Required("members", "how many pods the gang has");
    members = ReadCount(&map, "members", 1, 1);
    job->shapes.push_back({members, ReadRole(&map)});
  }
  job->minimum = ReadCount(&map, "min", members, 1);
  job->stagger = ReadDuration(&map, "stagger", absl::ZeroDuration());
  map.Finish();
}

void ReadPod(const YamlField& field, Job* job) {
  job->kind = JobKind::kPod;
  YamlMap map(field);
  if (!map.valid()) return;
  job->shapes.push_back({1, ReadRole(&map)});
  map.Finish();
}

void ReadSpark(const YamlField& field, Job* job) {
  job->kind = JobKind::kSpark;
  YamlMap map(field);
  if (!map.valid()) return;
  if (const auto driver = map.Optional("driver")) {
    YamlMap role(*driver);
    if (role.valid()) job->spark.driver = ReadRole(&role);
    role.Finish();
  }
  if (job->spark.driver.requests.empty()) job->spark.driver.requests = DefaultDriver();
  if (const auto conf = map.Optional("conf")) {
    for (const auto& [key, value] : YamlMap(*conf, YamlMap::kOpen).Entries()) {
      if (const auto text = value.Text()) job->spark.conf[key] = *text;
    }
  }
  job->spark.pod_template = ReadText(&map, "podTemplate");
  if (const auto executors = map.Optional("executors")) {
    YamlMap amounts(*executors);
    if (amounts.valid()) job->spark.executor_requests = ReadAmounts(&amounts, /*of_node=*/false);
    amounts.Finish();
  }
  map.Finish();
}

void ReadKind(YamlMap* map, Job* job) {
  const auto pod = map->Optional("pod");
  const auto gang = map->Optional("gang");
  const auto spark = map->Optional("spark");
  const int kinds =
      (pod.has_value() ? 1 : 0) + (gang.has_value() ? 1 : 0) + (spark.has_value() ? 1 : 0);
  if (kinds != 1) {
    map->field().Error(absl::StrCat("expected one of pod, gang and spark, got ", kinds));
    return;
  }
  if (pod.has_value()) ReadPod(*pod, job);
  if (gang.has_value()) ReadGang(*gang, job);
  if (spark.has_value()) ReadSpark(*spark, job);
}

void ReadBoolean(YamlMap* map, absl::string_view key, bool* value) {
  if (const auto field = map->Optional(key)) *value = field->Boolean().value_or(*value);
}

// How its owner answers when pods or all of them are gone.
void ReadComeback(YamlMap* map, Job* job) {
  ReadBoolean(map, "recreate", &job->recreate);
  if (const auto field = map->Optional("resubmit")) job->resubmit = field->Boolean();
  ReadBoolean(map, "checkpoint", &job->checkpoint);
}

// What has happened to it before the start.
void ReadPast(YamlMap* map, Job* job) {
  job->age = ReadDuration(map, "age", absl::ZeroDuration());
  job->began = ReadDuration(map, "began", absl::ZeroDuration());
  const auto nodes = map->Optional("nodes");
  if (!nodes.has_value()) return;
  job->nodes = nodes->Texts().value_or(job->nodes);
  if (job->kind == JobKind::kSpark) nodes->Error("expected a pod or a gang beside it");
  size_t members = 0;
  for (const Shape& shape : job->shapes) members += static_cast<size_t>(shape.count);
  if (job->nodes.size() > members) {
    nodes->Error(absl::StrCat("expected at most one for each of the ", members, " members"));
  }
}

}  // namespace

std::vector<Job> ReadJobs(const YamlField& field) {
  YamlMap map(field);
  if (!map.valid()) return {};
  Job job;
  if (const auto name = map.Required("name", "the job's name")) {
    job.name = name->Text().value_or("");
  }
  const bool counted = field.node().Find("count") != nullptr;
  const int32_t count = ReadCount(&map, "count", 1);
  job.at = ReadDuration(&map, "at", absl::ZeroDuration());
  const absl::Duration every = ReadDuration(&map, "every", absl::ZeroDuration());
  job.ns = ReadText(&map, "namespace", job.ns);
  job.queue = ReadText(&map, "queue");
  job.user = ReadText(&map, "user", job.user);
  job.user_label = ReadText(&map, "userLabel");
  if (const auto priority = map.Optional("priority")) {
    job.priority = static_cast<int32_t>(priority->Integer(-kMaxPriority, kMaxPriority).value_or(0));
  }
  job.app = ReadText(&map, "app");
  ReadBoolean(&map, "preempts", &job.preempts);
  job.runtime = ReadDuration(&map, "runtime", job.runtime);
  job.estimate = ReadDuration(&map, "estimate", job.estimate);
  job.grace = ReadDuration(&map, "grace", job.grace);
  job.ttl = ReadDuration(&map, "ttl", job.ttl);
  ReadComeback(&map, &job);
  ReadBoolean(&map, "gated", &job.gated);
  job.scheduler_name = ReadText(&map, "scheduler", job.scheduler_name);
  job.node = ReadText(&map, "node");
  ReadKind(&map, &job);
  ReadPast(&map, &job);
  map.Finish();

  std::vector<Job> jobs;
  for (int32_t i = 0; i < count; ++i) {
    Job& next = jobs.emplace_back(job);
    if (counted) absl::StrAppend(&next.name, "-", i);
    next.at = job.at + i * every;
  }
  return jobs;
}

}  // namespace muster::codec
