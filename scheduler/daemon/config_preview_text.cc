// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/config_preview.h"

namespace muster::daemon {
namespace {

using cli::Shown;
using OverList = google::protobuf::RepeatedPtrField<v1::OverMax>;

std::string Percent(double part) {
  return std::isfinite(part) ? absl::StrFormat("%.1f %%", 100 * part) : "beyond";
}

// "60 of 40 cpu, 3 of 2 pods"
std::string Listed(const OverList& over) {
  std::string text;
  for (const v1::OverMax& each : over) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", each.has().text(), " of ", each.max().text(),
                    " ", Shown(each.has().resource()));
  }
  return text;
}

std::string Change(const std::string& now, const std::string& then) {
  return now == then ? now : absl::StrCat(now, " -> ", then);
}

std::string OverText(const v1::QueuePreview& queue) {
  if (queue.change() == "leaves") return "leaves the config";
  const std::string then = Listed(queue.over_then());
  if (queue.change() == "new") return absl::StrCat("new", then.empty() ? "" : ": ", then);
  const std::string now = Listed(queue.over_now());
  return Change(now.empty() ? "no" : now, then.empty() ? "no" : then);
}

}  // namespace

std::string PreviewText(const v1::ConfigPreview& preview) {
  std::string out = absl::StrCat(
      "what ", Shown(preview.config()), " changes at once, of ", Shown(preview.state()), "\n\n",
      absl::StrFormat("  %-30s %-10s %-22s %s\n", "queue", "used", "entitled to", "over its max"));
  for (const v1::QueuePreview& queue : preview.queues()) {
    absl::StrAppend(
        &out, queue.change().empty() ? "  " : "* ",
        absl::StrFormat("%-30s %-10s %-22s %s\n", Shown(queue.path()), Percent(queue.used()),
                        Change(Percent(queue.entitled_now()), Percent(queue.entitled_then())),
                        OverText(queue)));
  }
  absl::StrAppend(&out, "\n");
  for (const v1::GangPreview& gang : preview.gangs()) {
    absl::StrAppend(&out, "* ", Shown(gang.gang()), ": ", gang.now(), " -> ", gang.then(), "\n");
  }
  return absl::StrCat(out, preview.gangs().empty() ? "every gang is where it was\n" : "");
}

}  // namespace muster::daemon
