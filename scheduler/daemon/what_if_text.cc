// SPDX-License-Identifier: Apache-2.0
// A comparison for people and for machines.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/codec/json_text.h"
#include "scheduler/daemon/simulation_report.h"
#include "scheduler/daemon/what_if.h"

namespace muster::daemon {
namespace {

std::string Percent(int64_t millionths) {
  return absl::StrFormat("%d.%d %%", millionths / 10'000, millionths / 1'000 % 10);
}

std::string Line(absl::string_view name, const std::string& now, const std::string& then) {
  const bool same = now == then;
  return absl::StrFormat("%-30s %-16s %-16s%s\n", name, now, then, same ? "" : "  *");
}

std::string Line(absl::string_view name, int64_t now, int64_t then) {
  return Line(name, absl::StrCat(now), absl::StrCat(then));
}

std::string WaitOf(const QueueOutcome& outcome) {
  return outcome.starts == 0 ? "-"
                             : absl::FormatDuration(absl::Trunc(outcome.wait, absl::Seconds(1)));
}

template <typename Value>
int64_t Sum(const std::vector<std::pair<QueueOutcome, QueueOutcome>>& queues, bool then,
            Value value) {
  int64_t sum = 0;
  for (const auto& [first, second] : queues) sum += (then ? second : first).*value;
  return sum;
}

std::string Trimmed(std::string text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') out.resize(out.find_last_not_of(' ') + 1);
    out += text[i];
  }
  return out;
}

void AppendOutcome(const QueueOutcome& queue, std::string* out) {
  absl::StrAppend(
      out, "{\"ran\":", queue.ran, ",\"starts\":", queue.starts, ",\"waits\":", queue.waits,
      ",\"pods_evicted\":", queue.evicted, ",\"wait_seconds\":",
      queue.starts == 0 ? "null" : absl::StrCat(absl::ToInt64Seconds(queue.wait)),
      ",\"used\":", absl::StrFormat("%d.%06d", queue.used / 1'000'000, queue.used % 1'000'000),
      "}");
}

}  // namespace

std::string WhatIfText(const WhatIf& what_if) {
  const auto queues = QueuesOf(what_if);
  const auto total = [&queues](absl::string_view name, int64_t QueueOutcome::*value) {
    return Line(name, Sum(queues, false, value), Sum(queues, true, value));
  };
  std::string out = absl::StrCat(what_if.scenario.file, ": ", what_if.now.nodes, " nodes, ",
                                 what_if.now.jobs.size(), " jobs\n\n");
  absl::StrAppend(&out, Line("", "config now", what_if.config));
  absl::StrAppend(
      &out, total("gangs that start", &QueueOutcome::starts),
      total("gangs that wait to the end", &QueueOutcome::waits),
      total("pods evicted", &QueueOutcome::evicted),
      Line("cpu used", Percent(what_if.now.cpu_used), Percent(what_if.then.cpu_used)),
      Line("memory used", Percent(what_if.now.memory_used), Percent(what_if.then.memory_used)),
      Line("share error", Percent(what_if.now.share_error), Percent(what_if.then.share_error)));
  for (const auto& [now, then] : queues) {
    absl::StrAppend(&out, "\n", now.path.empty() ? "(no queue admits them)" : now.path, "\n",
                    Line("  ran from the start", now.ran, then.ran),
                    Line("  start", now.starts, then.starts),
                    Line("  median wait of these", WaitOf(now), WaitOf(then)),
                    Line("  wait to the end", now.waits, then.waits),
                    Line("  pods evicted", now.evicted, then.evicted),
                    Line("  used of the cluster", Percent(now.used), Percent(then.used)));
  }
  const std::vector<GangChange> changes = ChangesOf(what_if);
  absl::StrAppend(&out, "\n",
                  changes.empty() ? "no gang fares otherwise\n" : "gangs that fare otherwise\n");
  for (const GangChange& change : changes) {
    absl::StrAppend(&out, "  ", change.name, " (", change.queue, "): ", change.now, " -> ",
                    change.then, "\n");
  }
  return Trimmed(std::move(out));
}

std::string WhatIfJson(const WhatIf& what_if) {
  std::string out = absl::StrCat("{\"config\":", codec::JsonText(what_if.config), ",\"queues\":[");
  for (const auto& [now, then] : QueuesOf(what_if)) {
    absl::StrAppend(&out, out.back() == '[' ? "" : ",", "{\"path\":", codec::JsonText(now.path),
                    ",\"now\":");
    AppendOutcome(now, &out);
    absl::StrAppend(&out, ",\"then\":");
    AppendOutcome(then, &out);
    absl::StrAppend(&out, "}");
  }
  absl::StrAppend(&out, "],\"gangs\":[");
  for (const GangChange& change : ChangesOf(what_if)) {
    absl::StrAppend(&out, out.back() == '[' ? "" : ",", "{\"name\":", codec::JsonText(change.name),
                    ",\"queue\":", codec::JsonText(change.queue),
                    ",\"now\":", codec::JsonText(change.now),
                    ",\"then\":", codec::JsonText(change.then), "}");
  }
  // The whole reports, as simulate gives them.
  std::string reports = RenderJson({what_if.now, what_if.then});
  while (!reports.empty() && reports.back() == '\n') reports.pop_back();
  absl::StrAppend(&out, "],\"reports\":", reports, "}\n");
  return out;
}

}  // namespace muster::daemon
