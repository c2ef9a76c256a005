// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/top_screen.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/gang_table.h"
#include "scheduler/daemon/cli/queue_table.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

constexpr size_t kBar = 20;

// "█████▌    " of a fraction of the cluster, in half characters.
std::string Bar(double fraction) {
  const double bounded = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : 0;
  const auto halves = static_cast<size_t>(std::lround(bounded * kBar * 2));
  std::string bar;
  for (size_t i = 0; i < halves / 2; ++i) absl::StrAppend(&bar, "█");
  if (halves % 2 == 1) absl::StrAppend(&bar, "▌");
  return bar.empty() ? "·" : bar;
}

Table QueueLines(const v1::ListQueuesResponse& queues) {
  constexpr auto kRight = Column::Align::kRight;
  Table table({{"QUEUE", Column::Align::kLeft, 10},
               {"OF THE CLUSTER", Column::Align::kLeft, 0, true},
               {"", kRight},
               {"SHARE", kRight, 0, true},
               {"RUNNING", kRight},
               {"WAITING", kRight},
               {"OLDEST", kRight, 0, true},
               {"REASONS", Column::Align::kLeft, 10, true}});
  std::map<std::string, size_t> depths;
  for (const v1::Queue& queue : queues.queues()) {
    const auto parent = depths.find(queue.parent());
    const size_t depth = parent == depths.end() ? 0 : parent->second + 1;
    depths[queue.path()] = depth;
    const bool waits = queue.waiting_gangs() > 0;
    const bool over = queue.dominant_share() > 0.9;
    table.Add({{QueueLabel(queue, depth), queue.state() == "open" ? Tone::kStrong : Tone::kBad},
               {Bar(queue.dominant_share()), over ? Tone::kWarning : Tone::kGood},
               absl::StrCat(std::lround(100 * queue.dominant_share()), "%"),
               ShareText(queue.share()),
               absl::StrCat(queue.running_gangs()),
               {absl::StrCat(queue.waiting_gangs()), waits ? Tone::kWarning : Tone::kPlain},
               waits ? SpanText(queue.oldest_wait()) : "-",
               ReasonCounts(queue)});
  }
  return table;
}

std::string FirstLine(const v1::ListQueuesResponse& queues) {
  int64_t running = 0;
  int64_t waiting = 0;
  for (const v1::Queue& queue : queues.queues()) {
    if (!queue.leaf()) continue;
    running += queue.running_gangs();
    waiting += queue.waiting_gangs();
  }
  return absl::StrCat("muster ", Shown(queues.version()), "  ",
                      MomentText(queues.has_at(), queues.at()), "  ", running, " running, ",
                      waiting, " waiting");
}

}  // namespace

std::vector<std::string> TopLines(const TopScreen& screen, const Look& look, size_t rows,
                                  bool live) {
  const auto fitted = [&](const std::string& text, Tone tone) {
    return Toned(look.width > 0 ? Cut(text, look.width) : text, tone, look.color);
  };
  std::vector<std::string> lines = {fitted(FirstLine(screen.queues), Tone::kStrong),
                                    fitted(ClusterLine(screen.queues), Tone::kPlain), ""};
  for (std::string& line : QueueLines(screen.queues).Lines(look)) lines.push_back(std::move(line));
  if (!screen.gangs.gangs().empty()) {
    lines.emplace_back();
    const Table table = GangTable(screen.gangs.gangs(), TimeOf(screen.gangs.at()), false);
    for (std::string& line : table.Lines(look)) lines.push_back(std::move(line));
  }
  const size_t foot = live || !screen.status.ok() ? 1 : 0;
  if (rows > 0 && lines.size() + foot > rows) lines.resize(rows > foot ? rows - foot : 0);
  if (!screen.status.ok()) {
    const absl::string_view looking = screen.looking ? "looking for the daemon again; " : "";
    lines.push_back(fitted(absl::StrCat(looking, screen.status.message()), Tone::kBad));
  } else if (live) {
    const std::string found =
        screen.found.empty() ? "" : absl::StrCat("; now asks ", Shown(screen.found));
    lines.push_back(fitted(absl::StrCat("q ends", found), Tone::kDim));
  }
  return lines;
}

}  // namespace muster::daemon::cli
