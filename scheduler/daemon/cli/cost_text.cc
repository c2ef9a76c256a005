// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/cost_text.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/cli/table.h"

namespace muster::daemon::cli {
namespace {

// Of memory and the like, which are counted in bytes.
bool InBytes(const std::string& resource) {
  return resource == "memory" || resource == "ephemeral-storage" ||
         absl::StartsWith(resource, "hugepages-");
}

std::string Hours(const v1::CostRow& row, double resource_seconds) {
  const double unit = InBytes(row.resource()) ? 1024.0 * 1024 * 1024 : 1;
  return absl::StrFormat("%.1f", resource_seconds / unit / 3600);
}

std::string UnitOf(const std::string& resource) {
  if (resource == "cpu") return "core-hours";
  return InBytes(resource) ? "GiB-hours" : "hours";
}

// A field of RFC 4180. A spreadsheet takes what begins like a formula for one, and names are
// written by tenants.
std::string Field(const std::string& text) {
  const std::string shown = Shown(text);
  const bool formula = !shown.empty() && absl::StrContains("=+-@", shown.substr(0, 1));
  const std::string safe = absl::StrCat(formula ? "'" : "", shown);
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  return absl::StrCat("\"", absl::StrReplaceAll(safe, {{"\"", "\"\""}}), "\"");
}

// The shortest that reads back as the same number.
std::string Number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e18) return absl::StrFormat("%.0f", value);
  for (int digits = 6; digits < 17; ++digits) {
    const std::string text = absl::StrFormat("%.*g", digits, value);
    if (std::stod(text) == value) return text;
  }
  return absl::StrFormat("%.17g", value);
}

}  // namespace

std::string CostTableText(const v1::GetCostResponse& cost, absl::string_view group_by,
                          const Look& look) {
  constexpr auto kRight = Column::Align::kRight;
  const std::string money =
      cost.currency().empty() ? "MONEY" : absl::StrCat("MONEY ", Shown(cost.currency()));
  Table table({{absl::AsciiStrToUpper(group_by), Column::Align::kLeft, 10},
               {"RESOURCE", Column::Align::kLeft, 6},
               {"REQUESTED", kRight},
               {"HELD IDLE", kRight},
               {"LOST", kRight},
               {"UNIT", Column::Align::kLeft, 0, true},
               {money, kRight}});
  for (const v1::CostRow& row : cost.rows()) {
    table.Add({row.key().empty() ? "-" : Shown(row.key()),
               Shown(row.resource()),
               Hours(row, row.requested()),
               Hours(row, row.held_idle()),
               {Hours(row, row.lost()), row.lost() > 0 ? Tone::kWarning : Tone::kPlain},
               UnitOf(row.resource()),
               row.money() > 0 ? absl::StrFormat("%.2f", row.money()) : "-"});
  }
  const std::string span = absl::StrCat("from ", MomentText(cost.has_since(), cost.since()), " to ",
                                        MomentText(cost.has_until(), cost.until()));
  return absl::StrCat(look.width > 0 ? Cut(span, look.width) : span, "\n",
                      table.empty() ? "nothing was used\n" : table.Text(look));
}

std::string CostCsv(const v1::GetCostResponse& cost, absl::string_view group_by) {
  std::string out = absl::StrCat(
      group_by,
      ",resource,requested_seconds,held_idle_seconds,lost_seconds,money,currency,since,until\r\n");
  const auto moment = [](bool set, const google::protobuf::Timestamp& at) {
    return set ? absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", TimeOf(at), absl::UTCTimeZone()) : "";
  };
  for (const v1::CostRow& row : cost.rows()) {
    absl::StrAppend(&out, Field(row.key()), ",", Field(row.resource()), ",",
                    Number(row.requested()), ",", Number(row.held_idle()), ",", Number(row.lost()),
                    ",");
    absl::StrAppend(&out, Number(row.money()), ",", Field(cost.currency()), ",",
                    moment(cost.has_since(), cost.since()), ",",
                    moment(cost.has_until(), cost.until()), "\r\n");
  }
  return out;
}

}  // namespace muster::daemon::cli
