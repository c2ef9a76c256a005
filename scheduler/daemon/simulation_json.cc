// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/log.h"
#include "scheduler/daemon/simulation_report.h"

namespace muster::daemon {
namespace {

// A JSON text written from left to right; commas follow from what stands before.
class Json {
 public:
  void Begin(char bracket) {
    Comma();
    out_ += bracket;
  }
  void End(char bracket) { out_ += bracket; }
  void Key(absl::string_view key) {
    Comma();
    AppendJsonText(key, &out_);
    out_ += ':';
  }
  void Text(absl::string_view text) {
    Comma();
    AppendJsonText(text, &out_);
  }
  void Raw(absl::string_view value) {
    Comma();
    absl::StrAppend(&out_, value);
  }
  void Number(int64_t value) { Raw(absl::StrCat(value)); }
  void Boolean(bool value) { Raw(value ? "true" : "false"); }
  // Seconds with milliseconds.
  void Time(absl::Duration duration) {
    if (duration == absl::InfiniteDuration()) return Raw("null");
    const int64_t ms = absl::ToInt64Milliseconds(duration);
    Raw(absl::StrFormat("%d.%03d", ms / 1000, ms % 1000));
  }
  void Share(int64_t millionths) {
    Raw(absl::StrFormat("%d.%06d", millionths / 1'000'000, millionths % 1'000'000));
  }
  std::string Take() { return std::move(out_); }

 private:
  void Comma() {
    const char last = out_.empty() ? '{' : out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }
  std::string out_;
};

absl::string_view KindName(codec::JobKind kind) {
  switch (kind) {
    case codec::JobKind::kPod: return "pod";
    case codec::JobKind::kGang: return "gang";
    case codec::JobKind::kSpark: return "spark";
  }
  return "pod";
}

void Write(const sim::JobReport& job, Json* json) {
  json->Begin('{');
  json->Key("name");
  json->Text(job.name);
  json->Key("kind");
  json->Text(KindName(job.kind));
  json->Key("queue");
  json->Text(job.queue);
  json->Key("submitted");
  json->Time(job.submitted);
  json->Key("wait");
  json->Time(job.wait);
  json->Key("run");
  json->Time(job.run);
  json->Key("succeeded");
  json->Boolean(job.succeeded);
  json->Key("deadlocked");
  json->Boolean(job.stalled);
  json->Key("attempts");
  json->Number(job.attempts);
  json->Key("pods_evicted");
  json->Number(job.evicted);
  json->Key("cpu_seconds_lost");
  json->Time(job.lost);
  json->End('}');
}

void Write(const sim::QueueReport& queue, const sim::Report& report, Json* json) {
  json->Begin('{');
  json->Key("path");
  json->Text(queue.path);
  json->Key("weight");
  json->Number(queue.weight);
  const Spread waits = WaitsOf(report, queue.path);
  json->Key("wait");
  json->Begin('{');
  json->Key("p50");
  json->Time(waits.p50);
  json->Key("p95");
  json->Time(waits.p95);
  json->Key("max");
  json->Time(waits.max);
  json->End('}');
  json->Key("timeline");
  json->Begin('[');
  for (const sim::QueueSample& sample : queue.samples) {
    json->Begin('{');
    json->Key("used");
    json->Share(sample.used);
    json->Key("held");
    json->Share(sample.held);
    json->Key("working");
    json->Number(sample.running);
    json->Key("waiting");
    json->Number(sample.waiting);
    json->Key("stalled");
    json->Number(sample.stalled);
    json->End('}');
  }
  json->End(']');
  json->End('}');
}

void WriteTotals(const sim::Report& report, Json* json) {
  json->Key("lasted");
  json->Time(report.lasted);
  json->Key("sample_every");
  json->Time(report.sample_every);
  json->Key("nodes");
  json->Number(report.nodes);
  json->Key("finished");
  json->Number(Finished(report));
  json->Key("deadlocked");
  json->Number(Stalled(report));
  json->Key("cpu_used");
  json->Share(report.cpu_used);
  json->Key("cpu_working");
  json->Share(report.cpu_working);
  json->Key("memory_used");
  json->Share(report.memory_used);
  json->Key("share_error");
  json->Share(report.share_error);
  json->Key("cpu_seconds_lost");
  json->Time(report.lost);
  json->Key("binds");
  json->Number(report.binds);
  json->Key("cycles");
  json->Number(report.cycles);
  json->Key("restarts");
  json->Number(report.restarts);
  json->Key("pods_rejected_by_nodes");
  json->Number(report.rejected);
}

void Write(const sim::EvictionReport& eviction, Json* json) {
  json->Begin('{');
  json->Key("queue");
  json->Text(eviction.queue);
  json->Key("cause");
  json->Text(eviction.cause);
  json->Key("gangs");
  json->Number(eviction.whole);
  json->Key("gangs_in_part");
  json->Number(eviction.in_part);
  json->Key("pods");
  json->Number(eviction.pods);
  json->End('}');
}

// Seconds with milliseconds, money with six places; as GetCost has them.
void Write(const SimulatedCost& cost, bool priced, Json* json) {
  json->Begin('{');
  json->Key("queue");
  json->Text(cost.queue);
  json->Key("resource");
  json->Text(cost.resource);
  for (size_t kind = 0; kind < kCostKinds; ++kind) {
    const absl::string_view name = Name(static_cast<CostKind>(kind));
    json->Key(name);
    json->Raw(absl::StrFormat("%.3f", cost.seconds[kind]));
    if (!priced) continue;
    json->Key(absl::StrCat("money_", name));
    json->Raw(absl::StrFormat("%.6f", cost.money[kind]));
  }
  json->End('}');
}

void Write(const SimulatedCosts& costs, Json* json) {
  if (!costs.currency.empty()) {
    json->Key("currency");
    json->Text(costs.currency);
  }
  json->Key("costs");
  json->Begin('[');
  for (const SimulatedCost& cost : costs.rows) Write(cost, !costs.currency.empty(), json);
  json->End(']');
}

void WriteTexts(absl::string_view key, const std::vector<std::string>& texts, Json* json) {
  json->Key(key);
  json->Begin('[');
  for (const std::string& text : texts) json->Text(text);
  json->End(']');
}

}  // namespace

std::string RenderJson(const std::vector<sim::Report>& reports,
                       const std::vector<SimulatedCosts>& costs) {
  Json json;
  json.Begin('{');
  json.Key("name");
  json.Text(reports[0].name);
  json.Key("seed");
  json.Raw(absl::StrCat(reports[0].seed));
  json.Key("runs");
  json.Begin('[');
  for (size_t i = 0; i < reports.size(); ++i) {
    const sim::Report& report = reports[i];
    json.Begin('{');
    json.Key("decider");
    json.Text(report.decider);
    WriteTotals(report, &json);
    json.Key("queues");
    json.Begin('[');
    for (const sim::QueueReport& queue : report.queues) Write(queue, report, &json);
    json.End(']');
    json.Key("evictions");
    json.Begin('[');
    for (const sim::EvictionReport& eviction : report.evictions) Write(eviction, &json);
    json.End(']');
    if (i < costs.size()) Write(costs[i], &json);
    json.Key("jobs");
    json.Begin('[');
    for (const sim::JobReport& job : report.jobs) Write(job, &json);
    json.End(']');
    json.Key("expectations");
    json.Number(report.expectations);
    WriteTexts("failures", report.failures, &json);
    WriteTexts("violations", report.violations, &json);
    json.End('}');
  }
  json.End(']');
  json.End('}');
  return absl::StrCat(json.Take(), "\n");
}

}  // namespace muster::daemon
