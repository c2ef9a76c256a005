// SPDX-License-Identifier: Apache-2.0
// A row for each queue: what it used of the cluster over time, now as an area, then as a line.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "scheduler/daemon/what_if.h"

namespace muster::daemon {
namespace {

constexpr int64_t kWidth = 640;
constexpr int64_t kHeight = 70;
constexpr int64_t kLeft = 150;
constexpr int64_t kTop = 40;
constexpr int64_t kRow = kHeight + 24;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

const sim::QueueReport* Find(const sim::Report& report, const std::string& path) {
  for (const sim::QueueReport& queue : report.queues) {
    if (queue.path == path) return &queue;
  }
  return nullptr;
}

// "x,y x,y": one point a sample.
std::string Points(const sim::QueueReport* queue, size_t span, int64_t top, int64_t full) {
  std::string points;
  if (queue == nullptr) return points;
  for (size_t i = 0; i < queue->samples.size() && i < span; ++i) {
    const int64_t x = kLeft + static_cast<int64_t>(i) * kWidth / static_cast<int64_t>(span);
    const int64_t y = top + kHeight - queue->samples[i].used * kHeight / full;
    absl::StrAppend(&points, points.empty() ? "" : " ", x, ",", y);
  }
  return points;
}

int64_t LastX(const sim::QueueReport* queue, size_t span) {
  const size_t samples = queue == nullptr ? 0 : std::min(span, queue->samples.size());
  return kLeft + (samples == 0
                      ? 0
                      : static_cast<int64_t>(samples - 1) * kWidth / static_cast<int64_t>(span));
}

}  // namespace

std::string WhatIfSvg(const WhatIf& what_if) {
  const auto queues = QueuesOf(what_if);
  size_t span = 1;
  int64_t full = 1;
  for (const sim::Report* report : {&what_if.now, &what_if.then}) {
    span = std::max(span, static_cast<size_t>(report->active / report->sample_every) + 1);
    for (const sim::QueueReport& queue : report->queues) {
      for (const sim::QueueSample& sample : queue.samples) full = std::max(full, sample.used);
    }
  }
  const int64_t height = kTop + kRow * static_cast<int64_t>(queues.size()) + 10;
  std::string out = absl::StrCat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", kLeft + kWidth + 20, "\" height=\"",
      height,
      "\" font-family=\"sans-serif\" font-size=\"12\">\n<title>Use of the cluster by queue"
      "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"10\" y=\"20\">"
      "Use by queue, of the cluster, over ",
      absl::FormatDuration(static_cast<int64_t>(span) * what_if.now.sample_every),
      ": grey with the config now, blue with ", Escaped(what_if.config), "</text>\n");
  int64_t top = kTop;
  for (const auto& [now, then] : queues) {
    const sim::QueueReport* before = Find(what_if.now, now.path);
    const std::string area = Points(before, span, top, full);
    absl::StrAppend(&out, "<text x=\"10\" y=\"", top + 14, "\">", Escaped(now.path),
                    "</text>\n<text x=\"10\" y=\"", top + 30,
                    "\" fill=\"#666666\">full: ", full / 10'000, " %</text>\n<rect x=\"", kLeft,
                    "\" y=\"", top, "\" width=\"", kWidth, "\" height=\"", kHeight,
                    "\" fill=\"none\" stroke=\"#dddddd\"/>\n");
    if (!area.empty()) {
      absl::StrAppend(&out, "<polygon fill=\"#cccccc\" points=\"", kLeft, ",", top + kHeight, " ",
                      area, " ", LastX(before, span), ",", top + kHeight, "\"/>\n");
    }
    absl::StrAppend(&out, "<polyline fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\" points=\"",
                    Points(Find(what_if.then, now.path), span, top, full), "\"/>\n");
    top += kRow;
  }
  absl::StrAppend(&out, "</svg>\n");
  return out;
}

}  // namespace muster::daemon
