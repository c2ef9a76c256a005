// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/queue_table.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

double ValueOf(const Quantities& amounts, const std::string& resource) {
  for (const v1::Quantity& amount : amounts) {
    if (amount.resource() == resource) return amount.value();
  }
  return 0;
}

bool Has(const Quantities& amounts, const std::string& resource) {
  return std::any_of(amounts.begin(), amounts.end(),
                     [&](const v1::Quantity& amount) { return amount.resource() == resource; });
}

// What is worth a line: a limit, or use. Every pod uses "pods".
std::vector<std::string> ResourcesOf(const v1::Queue& queue, const Quantities& cluster) {
  std::vector<std::string> names;
  const auto consider = [&](const Quantities& amounts) {
    for (const v1::Quantity& amount : amounts) {
      const std::string& name = amount.resource();
      const bool limited = Has(queue.guaranteed(), name) || Has(queue.max(), name);
      const bool used = ValueOf(queue.used(), name) > 0 || ValueOf(queue.held(), name) > 0;
      const bool known = std::find(names.begin(), names.end(), name) != names.end();
      if (!known && (limited || (used && name != "pods"))) names.push_back(name);
    }
  };
  consider(cluster);
  for (const Quantities* amounts :
       {&queue.used(), &queue.held(), &queue.guaranteed(), &queue.max()}) {
    consider(*amounts);
  }
  return names;
}

std::vector<Column> ColumnsOf(bool wide) {
  constexpr auto kRight = Column::Align::kRight;
  std::vector<Column> columns = {
      {"QUEUE", Column::Align::kLeft, 10},
      {"RESOURCE", Column::Align::kLeft, 6},
      {"USED", kRight},
      {"HELD", kRight},
      {"GUARANTEED", kRight},
      {"MAX", kRight},
      {"SHARE", kRight},
      {"RUNNING", kRight},
      {"WAITING", kRight},
      {"OLDEST", kRight, 0, true},
      {"REASONS", Column::Align::kLeft, 12, true},
  };
  if (wide) {
    for (const char* title : {"WEIGHT", "PRIORITY", "ORDER", "BACKFILL", "DOMINANT"}) {
      columns.push_back({title, Column::Align::kLeft, 0, true});
    }
  }
  return columns;
}

// The cells that are of the queue, not of one resource: on its first line.
void AddOwnCells(const v1::Queue& queue, bool wide, std::vector<Cell>* row) {
  const bool waits = queue.waiting_gangs() > 0;
  row->emplace_back(ShareText(queue.share()));
  row->emplace_back(absl::StrCat(queue.running_gangs()));
  row->emplace_back(absl::StrCat(queue.waiting_gangs()), waits ? Tone::kWarning : Tone::kPlain);
  row->emplace_back(waits ? SpanText(queue.oldest_wait()) : "-");
  row->emplace_back(ReasonCounts(queue));
  if (!wide) return;
  row->emplace_back(absl::StrCat(queue.weight()));
  row->emplace_back(absl::StrCat(queue.priority()));
  row->emplace_back(queue.leaf() ? Shown(queue.order()) : "-");
  row->emplace_back(queue.leaf() ? (queue.backfill() ? "yes" : "no") : "-");
  row->emplace_back(
      queue.dominant_resource().empty()
          ? "-"
          : absl::StrCat(Shown(queue.dominant_resource()), " ", ShareText(queue.dominant_share())));
}

void AddQueue(const v1::Queue& queue, const Quantities& cluster, size_t depth, bool wide,
              Table* table) {
  std::vector<std::string> resources = ResourcesOf(queue, cluster);
  if (resources.empty()) resources.push_back("cpu");
  const size_t columns = ColumnsOf(wide).size();
  for (size_t i = 0; i < resources.size(); ++i) {
    const std::string& resource = resources[i];
    std::vector<Cell> row;
    row.emplace_back(i == 0 ? QueueLabel(queue, depth) : "",
                     queue.state() == "open" ? Tone::kStrong : Tone::kBad);
    row.emplace_back(Shown(resource));
    row.emplace_back(AmountOf(queue.used(), resource));
    row.emplace_back(AmountOf(queue.held(), resource));
    row.emplace_back(AmountOf(queue.guaranteed(), resource, "-"));
    row.emplace_back(AmountOf(queue.max(), resource, "-"));
    if (i == 0) AddOwnCells(queue, wide, &row);
    row.resize(columns);
    table->Add(std::move(row));
  }
}

}  // namespace

std::string QueueLabel(const v1::Queue& queue, size_t depth) {
  absl::string_view name = queue.path();
  if (depth > 0 && absl::StartsWith(name, queue.parent())) {
    name.remove_prefix(queue.parent().size() + (name.size() > queue.parent().size() ? 1 : 0));
  }
  std::string text = absl::StrCat(std::string(depth * 2, ' '), Shown(name));
  if (queue.state() != "open" && !queue.state().empty()) {
    absl::StrAppend(&text, " (", Shown(queue.state()), ")");
  }
  return text;
}

std::string ReasonCounts(const v1::Queue& queue) {
  std::string text;
  for (const v1::ReasonCount& count : queue.waiting_by_reason()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", Shown(count.reason()), " ", count.gangs());
  }
  return text;
}

Table QueueTable(const v1::ListQueuesResponse& queues, bool wide) {
  Table table(ColumnsOf(wide));
  std::map<std::string, size_t> depths;  // of those shown so far
  for (const v1::Queue& queue : queues.queues()) {
    const auto parent = depths.find(queue.parent());
    const size_t depth = parent == depths.end() ? 0 : parent->second + 1;
    depths[queue.path()] = depth;
    AddQueue(queue, queues.cluster(), depth, wide, &table);
  }
  return table;
}

std::string ClusterLine(const v1::ListQueuesResponse& queues) {
  std::string text;
  for (const v1::Quantity& there : queues.cluster()) {
    double used = 0;
    for (const v1::Queue& queue : queues.queues()) {
      if (queue.parent().empty()) {
        used += ValueOf(queue.used(), there.resource()) + ValueOf(queue.held(), there.resource());
      }
    }
    const int percent = there.value() > 0 ? static_cast<int>(100 * used / there.value()) : 0;
    absl::StrAppend(&text, text.empty() ? "cluster: " : ", ", Shown(there.resource()), " ", percent,
                    "% of ", Shown(there.text()));
  }
  return text.empty() ? "cluster: no nodes" : text;
}

}  // namespace muster::daemon::cli
