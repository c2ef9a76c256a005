// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/gang_table.h"

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

std::string OrDash(const std::string& text) { return text.empty() ? "-" : Shown(text); }

std::vector<Column> ColumnsOf(bool wide) {
  constexpr auto kLeft = Column::Align::kLeft;
  constexpr auto kRight = Column::Align::kRight;
  std::vector<Column> columns = {
      {"GANG", kLeft, 16},   {"QUEUE", kLeft, 8},       {"STATE"},
      {"BOUND/MIN", kRight}, {"HELD", kRight, 0, true}, {"POSITION", kRight},
      {"WAIT", kRight},      {"RUNS", kRight, 0, true}, {"REASON", kLeft, 8},
  };
  if (wide) {
    columns.insert(columns.end(), {{"KIND", kLeft, 0, true},
                                   {"USER", kLeft, 8, true},
                                   {"APP", kLeft, 8, true},
                                   {"PRIORITY", kRight, 0, true},
                                   {"NEEDS", kLeft, 10, true},
                                   {"MESSAGE", kLeft, 20, true}});
  }
  return columns;
}

absl::Time EndOf(const v1::Gang& gang, absl::Time now) {
  return gang.has_ended() ? TimeOf(gang.ended()) : now;
}

}  // namespace

std::string NameOf(const v1::Gang& gang) {
  return absl::StrCat(Shown(gang.namespace_()), "/", Shown(gang.name()));
}

Tone ToneOf(const std::string& state) {
  if (state == "running" || state == "bound" || state == "succeeded") return Tone::kGood;
  if (state == "waiting" || state == "starting" || state == "gated") return Tone::kWarning;
  if (state == "degraded" || state == "evicted" || state == "failed") return Tone::kBad;
  return Tone::kPlain;
}

Table GangTable(const Gangs& gangs, absl::Time at, bool wide) {
  Table table(ColumnsOf(wide));
  for (const v1::Gang& gang : gangs) {
    std::vector<Cell> row;
    row.emplace_back(NameOf(gang));
    row.emplace_back(OrDash(gang.queue()));
    row.emplace_back(OrDash(gang.state()), ToneOf(gang.state()));
    row.emplace_back(absl::StrCat(gang.bound(), "/", gang.minimum()));
    row.emplace_back(absl::StrCat(gang.held()));
    row.emplace_back(gang.position() > 0 ? absl::StrCat(gang.position()) : "-");
    row.emplace_back(gang.has_wait() ? SpanText(gang.wait()) : "-");
    row.emplace_back(gang.has_began() ? SpanText(EndOf(gang, at) - TimeOf(gang.began())) : "-");
    row.emplace_back(OrDash(gang.reason()));
    if (wide) {
      row.emplace_back(OrDash(gang.kind()));
      row.emplace_back(OrDash(gang.user()));
      row.emplace_back(OrDash(gang.app()));
      row.emplace_back(absl::StrCat(gang.priority()));
      row.emplace_back(AmountsText(gang.needs()));
      row.emplace_back(OrDash(gang.message()));
    }
    table.Add(std::move(row));
  }
  return table;
}

}  // namespace muster::daemon::cli
