// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/scenario.h"

#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/quote.h"
#include "scheduler/codec/scenario_reader.h"

namespace muster::codec {
namespace {

// A duration in which something comes again: longer than none.
absl::Duration ReadTick(YamlMap* map, absl::string_view key, absl::Duration absent) {
  const auto field = map->Optional(key);
  if (!field.has_value()) return absent;
  const absl::Duration read = field->Duration().value_or(absent);
  if (read > absl::ZeroDuration()) return read;
  field->Expected("a duration above 0s");
  return absent;
}

void ReadHead(YamlMap* map, Scenario* scenario) {
  if (const auto version = map->Optional("version"); version && version->node().text != "1") {
    version->Error("is another version of this format; expected 1");
  }
  scenario->name = ReadText(map, "name");
  if (const auto seed = map->Optional("seed")) {
    scenario->seed =
        static_cast<uint64_t>(seed->Integer(0, std::numeric_limits<int64_t>::max()).value_or(1));
  }
  if (const auto duration = map->Optional("duration")) scenario->duration = duration->Duration();
  scenario->sample_every = ReadTick(map, "sampleEvery", scenario->sample_every);
  scenario->cycle_gap = ReadTick(map, "cycleGap", scenario->cycle_gap);
  if (const auto compare = map->Optional("compare")) {
    scenario->pod_at_a_time = compare->Word({"pod-at-a-time"}).has_value();
  }
  scenario->pod_collection = ReadDuration(map, "podCollection", scenario->pod_collection);
}

// Two objects of one name would be one in the cluster: the second is a mistake in the text.
class Names {
 public:
  explicit Names(absl::string_view what) : what_(what) {}
  void Add(const std::string& name, const YamlField& field) {
    const auto [at, fresh] = lines_.emplace(name, field.node().mark.line);
    if (fresh) return;
    field.Error(
        absl::StrCat("the ", what_, " ", Quoted(name), " exists already, from line ", at->second));
  }

 private:
  const std::string what_;
  std::map<std::string, size_t> lines_;
};

DisruptionBudget ReadBudget(const YamlField& field) {
  DisruptionBudget budget;
  YamlMap map(field);
  if (!map.valid()) return budget;
  if (const auto pods = map.Required("pods", "pods, namespace/name")) {
    budget.pods = pods->Text("pods, namespace/name").value_or("");
  }
  const bool least = field.node().Find("minAvailable") != nullptr;
  const bool most = field.node().Find("maxUnavailable") != nullptr;
  if (least) budget.min_available = ReadCount(&map, "minAvailable", 0);
  if (most) budget.max_unavailable = ReadCount(&map, "maxUnavailable", 0);
  map.Finish();
  if (least == most) field.Error("expected one of minAvailable and maxUnavailable");
  return budget;
}

DayOfWork ReadDay(const YamlField& field) {
  DayOfWork day;
  YamlMap map(field);
  if (!map.valid()) return day;
  map.Required("jobs", "how many jobs are submitted in the day");
  day.jobs = ReadCount(&map, "jobs", 0, 1);
  if (const auto seed = map.Optional("seed")) {
    day.seed =
        static_cast<uint64_t>(seed->Integer(0, std::numeric_limits<int64_t>::max()).value_or(1));
  }
  map.Required("tenants", "who submits them");
  EachItem(&map, "tenants", [&day](const YamlField& item) {
    YamlMap of(item);
    if (!of.valid()) return;
    Tenant& tenant = day.tenants.emplace_back();
    if (const auto ns = of.Required("namespace", "the tenant's namespace")) {
      tenant.ns = ns->Text().value_or("");
    }
    tenant.queue = ReadText(&of, "queue");
    tenant.users = ReadCount(&of, "users", tenant.users, 1);
    tenant.share = ReadCount(&of, "share", 1, 1);
    of.Finish();
  });
  map.Finish();
  if (day.tenants.empty()) field.Error("expected a tenant at least");
  return day;
}

void ReadBody(YamlMap* map, Scenario* scenario) {
  Names node_names("node");
  EachItem(map, "nodes", [&](const YamlField& item) {
    for (Node& node : ReadNodes(item)) {
      node_names.Add(node.name, item);
      scenario->nodes.push_back(std::move(node));
    }
  });
  EachItem(map, "disruptionBudgets",
           [&](const YamlField& item) { scenario->budgets.push_back(ReadBudget(item)); });
  Names job_names("job");
  EachItem(map, "jobs", [&](const YamlField& item) {
    for (Job& job : ReadJobs(item)) {
      job_names.Add(absl::StrCat(job.ns, "/", job.name), item);
      scenario->jobs.push_back(std::move(job));
    }
  });
  if (const auto workload = map->Optional("workload")) {
    YamlMap kinds(*workload);
    if (kinds.valid()) {
      if (const auto day = kinds.Required("day", "work in the shape of a trace")) {
        scenario->day = ReadDay(*day);
      }
      kinds.Finish();
    }
  }
  EachItem(map, "steps", [&](const YamlField& item) {
    if (auto step = ReadStep(item)) scenario->steps.push_back(std::move(*step));
  });
  EachItem(map, "expect", [&](const YamlField& item) {
    if (auto expectation = ReadExpectation(item))
      scenario->expect.push_back(std::move(*expectation));
  });
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(absl::string_view file, absl::string_view text) {
  absl::StatusOr<YamlNode> tree = ParseYaml(file, text);
  if (!tree.ok()) return tree.status();
  YamlErrors errors(file);
  YamlMap map(YamlField(*tree, "", &errors));
  Scenario scenario;
  scenario.file = std::string(file);
  if (map.valid()) {
    ReadHead(&map, &scenario);
    if (tree->Find("queues") != nullptr || tree->Find("scorer") != nullptr) {
      scenario.queues = ReadQueueConfig(&map);
    }
    ReadBody(&map, &scenario);
    map.Finish();
  }
  if (absl::Status status = errors.ToStatus(); !status.ok()) return status;
  return scenario;
}

}  // namespace muster::codec
