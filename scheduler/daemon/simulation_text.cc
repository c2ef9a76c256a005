// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/simulation_report.h"

namespace muster::daemon {
namespace {

constexpr size_t kTimelineColumns = 36;
constexpr size_t kNameColumns = 26;
constexpr int64_t kMillion = 1'000'000;

std::string Time(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return "never";
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrFormat("%dm%02ds", seconds / 60, seconds % 60);
  return absl::StrFormat("%dh%02dm", seconds / 3600, seconds / 60 % 60);
}

std::string Percent(int64_t millionths) {
  return absl::StrFormat("%d.%d %%", millionths / 10'000, millionths / 1'000 % 10);
}

// Terminal columns of a text whose blocks take three bytes each.
size_t Columns(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Padded(std::string text, size_t columns) {
  const size_t has = Columns(text);
  if (has < columns) text.append(columns - has, ' ');
  return text;
}

// One block a column: the mean of what falls into it, against `full`.
std::string Blocks(const std::vector<int64_t>& values, size_t span, int64_t full) {
  static constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  for (size_t column = 0; column < kTimelineColumns; ++column) {
    const size_t begin = column * span / kTimelineColumns;
    const size_t end = std::max(begin + 1, (column + 1) * span / kTimelineColumns);
    int64_t sum = 0;
    int64_t count = 0;
    for (size_t i = begin; i < std::min(end, values.size()); ++i, ++count) sum += values[i];
    const int64_t mean = count == 0 ? 0 : sum / count;
    // Something is never drawn as nothing.
    const int64_t height =
        sum == 0 || full == 0 ? 0 : std::clamp<int64_t>((8 * mean + full / 2) / full, 1, 8);
    out += kBlocks[height];
  }
  return out;
}

class Page {
 public:
  Page(const std::vector<sim::Report>& reports, CostLines costs)
      : reports_(reports), costs_(std::move(costs)) {
    for (const sim::Report& report : reports) {
      span_ = std::max(span_, Samples(report));
    }
  }

  std::string Render(bool every_job) {
    Head();
    for (size_t queue = 0; queue < reports_[0].queues.size(); ++queue) Timeline(queue);
    Summary();
    if (every_job) Jobs();
    Complaints();
    return std::move(out_);
  }

 private:
  void Line(absl::string_view name, const std::vector<std::string>& cells) {
    std::string line = Padded(std::string(name), kNameColumns);
    for (const std::string& cell : cells)
      absl::StrAppend(&line, Padded(cell, kTimelineColumns + 1), "  ");
    while (!line.empty() && line.back() == ' ') line.pop_back();
    absl::StrAppend(&out_, line, "\n");
  }

  // One cell for each report.
  template <typename Cell>
  void Row(absl::string_view name, Cell cell) {
    std::vector<std::string> cells;
    for (const sim::Report& report : reports_) cells.push_back(cell(report));
    Line(name, cells);
  }

  void Head() {
    const sim::Report& first = reports_[0];
    absl::StrAppend(&out_, first.name, first.name.empty() ? "" : ": ", first.nodes, " nodes, ",
                    first.jobs.size(), " jobs, seed ", first.seed, "\n\n");
    Row("", [](const sim::Report& report) { return report.decider; });
  }

  void Timeline(size_t queue) {
    const sim::QueueReport& first = reports_[0].queues[queue];
    absl::StrAppend(&out_, first.path,
                    first.weight == 1 ? "" : absl::StrCat(" (weight ", first.weight, ")"), "\n");
    int64_t peak = 1;
    for (const sim::Report& report : reports_) {
      for (const sim::QueueSample& sample : report.queues[queue].samples)
        peak = std::max(peak, sample.used);
    }
    const std::string share = absl::StrCat(" (█ ", (peak + 5'000) / 10'000, " % of all)");
    Draw(absl::StrCat("  used", share), queue, peak, [](const auto& s) { return s.used; });
    Draw("  held for executors", queue, peak, [](const auto& s) { return s.held; });
    int64_t most = 1;
    for (const sim::Report& report : reports_) {
      for (const sim::QueueSample& sample : report.queues[queue].samples) {
        most = std::max<int64_t>({most, sample.running, sample.waiting, sample.stalled});
      }
    }
    Draw(absl::StrCat("  jobs working (█ ", most, ")"), queue, most,
         [](const auto& s) { return int64_t{s.running}; });
    Draw("  jobs waiting", queue, most, [](const auto& s) { return int64_t{s.waiting}; });
    Draw("  holding, not working", queue, most, [](const auto& s) { return int64_t{s.stalled}; });
  }

  // A row that is empty everywhere is left out.
  template <typename Value>
  void Draw(absl::string_view name, size_t queue, int64_t full, Value value) {
    bool any = false;
    std::vector<std::string> cells;
    for (const sim::Report& report : reports_) {
      std::vector<int64_t> values;
      for (const sim::QueueSample& sample : report.queues[queue].samples)
        values.push_back(value(sample));
      // As it was at its end, it stays.
      values.resize(std::max(span_, values.size()), values.empty() ? 0 : values.back());
      any = any || std::any_of(values.begin(), values.end(), [](int64_t v) { return v > 0; });
      cells.push_back(absl::StrCat(Blocks(values, span_, full), "│"));
    }
    if (any) Line(name, cells);
  }

  void Summary() {
    const absl::Duration shown = static_cast<int64_t>(span_) * reports_[0].sample_every;
    Row("", [&](const sim::Report&) {
      const std::string end = Time(shown);
      return absl::StrCat("0", std::string(kTimelineColumns - 1 - end.size(), ' '), end);
    });
    absl::StrAppend(&out_, "\n");
    Row("jobs finished", [](const sim::Report& report) {
      return absl::StrCat(Finished(report), " of ", report.jobs.size());
    });
    Row("jobs deadlocked", [](const sim::Report& report) { return absl::StrCat(Stalled(report)); });
    Row("last job ended", [](const sim::Report& report) {
      absl::Duration last;
      for (const sim::JobReport& job : report.jobs) {
        if (job.run == absl::InfiniteDuration()) return std::string("never");
        last = std::max(last, job.submitted + job.wait + job.run);
      }
      return Time(last);
    });
    Spreads("wait p50 / p95 / max", WaitsOf);
    Spreads("turnaround", TurnaroundsOf);
    // Over the time in which both had something to do: a long tail of one is no idleness of the
    // other.
    size_t window = span_;
    for (const sim::Report& report : reports_) window = std::min(window, Samples(report));
    const auto mean = [window](int64_t sim::ClusterSample::*value) {
      return [window, value](const sim::Report& report) {
        int64_t sum = 0;
        for (size_t i = 0; i < window; ++i) sum += report.cluster[i].*value;
        return Percent(sum / static_cast<int64_t>(window));
      };
    };
    const std::string until =
        absl::StrCat(" until ", Time(static_cast<int64_t>(window) * reports_[0].sample_every));
    Row(absl::StrCat("cpu used", until), mean(&sim::ClusterSample::cpu));
    Row("  by working jobs", mean(&sim::ClusterSample::working));
    Row("memory used", mean(&sim::ClusterSample::memory));
    Row("share error", [](const sim::Report& report) { return Percent(report.share_error); });
    Evictions();
    for (const auto& [name, cells] : costs_) Line(name, cells);
    Row("pods bound / decisions",
        [](const sim::Report& report) { return absl::StrCat(report.binds, " / ", report.cycles); });
  }

  void Evictions() {
    std::set<std::pair<std::string, std::string>> seen;  // queue and cause
    for (const sim::Report& report : reports_) {
      for (const sim::EvictionReport& each : report.evictions)
        seen.insert({each.queue, each.cause});
    }
    if (seen.empty()) return;
    for (const auto& [queue, cause] : seen) {
      Row(absl::StrCat("evicted from ", queue), [&](const sim::Report& report) {
        for (const sim::EvictionReport& each : report.evictions) {
          if (each.queue != queue || each.cause != cause) continue;
          return absl::StrCat(cause, ": ", each.whole, " gangs, ", each.in_part, " in part");
        }
        return std::string("-");
      });
    }
    Row("cpu time to be done again", [](const sim::Report& report) { return Time(report.lost); });
  }

  // Until something last happened.
  static size_t Samples(const sim::Report& report) {
    const size_t active = static_cast<size_t>(report.active / report.sample_every) + 1;
    return std::clamp<size_t>(active, 1, report.cluster.size());
  }

  using Measure = Spread (*)(const sim::Report& report, const std::optional<std::string>& queue);

  void Spreads(absl::string_view name, Measure measure) {
    const auto cell = [measure](const sim::Report& report,
                                const std::optional<std::string>& queue) {
      const Spread spread = measure(report, queue);
      if (spread.jobs == 0) return std::string("-");
      return absl::StrCat(Time(spread.p50), " / ", Time(spread.p95), " / ", Time(spread.max));
    };
    Row(name, [&](const sim::Report& report) { return cell(report, std::nullopt); });
    if (reports_[0].queues.size() == 1) return;
    for (const sim::QueueReport& queue : reports_[0].queues) {
      Row(absl::StrCat("  ", queue.path),
          [&](const sim::Report& report) { return cell(report, queue.path); });
    }
  }

  void Jobs() {
    absl::StrAppend(&out_, "\nwait + run of each job\n");
    for (size_t i = 0; i < reports_[0].jobs.size(); ++i) {
      Row(reports_[0].jobs[i].name, [i](const sim::Report& report) {
        if (i >= report.jobs.size()) return std::string("-");
        const sim::JobReport& job = report.jobs[i];
        return absl::StrCat(Time(job.wait), " + ", Time(job.run), job.stalled ? " deadlocked" : "");
      });
    }
  }

  void Complaints() {
    for (const sim::Report& report : reports_) {
      if (report.expectations > 0) {
        absl::StrAppend(&out_, "\nexpectations: ", report.expectations - report.unmet, " of ",
                        report.expectations, " met\n");
      }
      for (const std::string& failure : report.failures) absl::StrAppend(&out_, failure, "\n");
      for (const std::string& violation : report.violations) {
        absl::StrAppend(&out_, "broken invariant (", report.decider, "): ", violation, "\n");
      }
    }
  }

  const std::vector<sim::Report>& reports_;
  const CostLines costs_;
  size_t span_ = 1;  // samples of the longest run
  std::string out_;
};

}  // namespace

std::string RenderText(const std::vector<sim::Report>& reports,
                       const std::vector<SimulatedCosts>& costs, bool every_job) {
  return Page(reports, CostLinesOf(costs)).Render(every_job);
}

}  // namespace muster::daemon
