// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/explanation_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "scheduler/daemon/cli/amounts_text.h"
#include "scheduler/daemon/cli/gang_table.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/cli/table.h"

namespace muster::daemon::cli {
namespace {

constexpr size_t kLabel = 10;  // columns of "Unblock   "

// "Label     text", the text broken between words where the terminal is narrow.
void AddField(absl::string_view label, const std::string& text, const Look& look,
              std::string* out) {
  if (text.empty()) return;
  std::string lead =
      absl::StrCat(Toned(label, Tone::kDim, look.color), std::string(kLabel - label.size(), ' '));
  const size_t room = look.width > kLabel + 20 ? look.width - kLabel : 0;
  std::string line;
  const auto flush = [&] {
    absl::StrAppend(out, lead, line, "\n");
    lead = std::string(kLabel, ' ');
    line.clear();
  };
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (room > 0 && !line.empty() && Columns(line) + 1 + Columns(word) > room) flush();
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  flush();
}

void AddTable(absl::string_view title, const Table& table, const Look& look, std::string* out) {
  if (table.empty()) return;
  absl::StrAppend(out, "\n", Toned(title, Tone::kStrong, look.color), "\n", table.Text(look));
}

std::string Standing(const v1::Explanation& explanation) {
  const v1::Gang& gang = explanation.gang();
  std::vector<std::string> parts = {Shown(gang.state())};
  if (explanation.position() > 0) {
    parts.push_back(
        absl::StrCat("position ", explanation.position(), " in queue ", Shown(gang.queue())));
  } else if (!gang.queue().empty()) {
    parts.push_back(absl::StrCat("queue ", Shown(gang.queue())));
  }
  if (gang.has_wait()) {
    parts.push_back(absl::StrCat(gang.has_began() ? "waited " : "for ", SpanText(gang.wait())));
  }
  return absl::StrJoin(parts, ", ");
}

std::string Origin(const v1::Gang& gang) {
  std::vector<std::string> parts;
  if (!gang.kind().empty()) parts.push_back(Shown(gang.kind()));
  if (!gang.user().empty()) parts.push_back(absl::StrCat("user ", Shown(gang.user())));
  if (!gang.app().empty()) parts.push_back(absl::StrCat("app ", Shown(gang.app())));
  parts.push_back(absl::StrCat("priority ", gang.priority()));
  parts.push_back(absl::StrCat("created ", MomentText(gang.has_created(), gang.created())));
  return absl::StrJoin(parts, ", ");
}

std::string MembersLine(const v1::Gang& gang) {
  return absl::StrCat(gang.bound(), " bound of ", gang.members(), " that exist; ", gang.minimum(),
                      " to start; room held for ", gang.held());
}

std::string RolesLine(const v1::Explanation& explanation) {
  return absl::StrJoin(explanation.roles(), "; ", [](std::string* out, const v1::Role& role) {
    absl::StrAppend(out, role.count(), " ", Shown(role.name()), ", each ",
                    AmountsText(role.each()));
  });
}

// The code and the message. A message may begin with the code, and end with what would unblock it,
// which has a line of its own.
std::string Why(const v1::Explanation& explanation) {
  absl::string_view message = explanation.message();
  if (absl::StartsWith(message, explanation.reason())) {
    message.remove_prefix(explanation.reason().size());
    absl::ConsumePrefix(&message, ": ");
  }
  if (!explanation.unblock().empty() && absl::ConsumeSuffix(&message, explanation.unblock())) {
    absl::ConsumeSuffix(&message, "; ");
  }
  const bool both = !explanation.reason().empty() && !message.empty();
  return absl::StrCat(Shown(explanation.reason()), both ? ": " : "", Shown(message));
}

constexpr auto kLeft = Column::Align::kLeft;
constexpr auto kRight = Column::Align::kRight;

// What each member of that role asks for.
std::string EachOf(const v1::Explanation& explanation, const std::string& role) {
  for (const v1::Role& each : explanation.roles()) {
    if (each.name() == role) return AmountsText(each.each());
  }
  return "-";
}

// Wide: also what one of the role asks for, and how many find no room there.
Table TriedTable(const v1::Explanation& explanation, bool wide) {
  std::vector<Column> columns = {{"WHERE", kLeft, 10}, {"ROLE", kLeft, 6}};
  if (wide) columns.push_back({"EACH"});
  for (const char* title : {"NODES", "ADMIT", "ROOM FOR", "OF"}) columns.push_back({title, kRight});
  if (wide) columns.push_back({"MISSING", kRight});
  columns.push_back({"REFUSED BY", kLeft, 20, true});
  Table table(std::move(columns));
  for (const v1::Tried& tried : explanation.tried()) {
    const Tone tone = tried.room() < tried.asked() ? Tone::kWarning : Tone::kGood;
    std::vector<Cell> row = {Shown(tried.where()), Shown(tried.role())};
    if (wide) row.emplace_back(EachOf(explanation, tried.role()));
    row.emplace_back(absl::StrCat(tried.nodes()));
    row.emplace_back(absl::StrCat(tried.admitted()));
    row.emplace_back(absl::StrCat(tried.room()), tone);
    row.emplace_back(absl::StrCat(tried.asked()));
    if (wide) row.emplace_back(absl::StrCat(std::max(tried.asked() - tried.room(), 0)), tone);
    row.emplace_back(Shown(tried.message()));
    table.Add(std::move(row));
  }
  return table;
}

Table CostTable(const v1::Explanation& explanation) {
  Table table({{"GANG", Column::Align::kLeft, 16},
               {"QUEUE", Column::Align::kLeft, 8},
               {"PODS", Column::Align::kRight},
               {"WHOLE"}});
  for (const v1::Cost& cost : explanation.would_evict()) {
    table.Add({Shown(cost.gang()), Shown(cost.queue()), absl::StrCat(cost.pods()),
               std::string(cost.whole() ? "yes" : "no")});
  }
  return table;
}

// Wide: also what each asks for.
Table MemberTable(const v1::Explanation& explanation, bool wide) {
  std::vector<Column> columns = {
      {"POD", kLeft, 16}, {"ROLE", kLeft, 6}, {"NODE", kLeft, 8}, {"STATE"}};
  if (wide) columns.push_back({"EACH"});
  Table table(std::move(columns));
  for (const v1::Member& member : explanation.members()) {
    std::vector<Cell> row = {Shown(member.pod()),
                             Shown(member.role()),
                             member.node().empty() ? "-" : Shown(member.node()),
                             {Shown(member.state()), ToneOf(member.state())}};
    if (wide) row.emplace_back(EachOf(explanation, member.role()));
    table.Add(std::move(row));
  }
  return table;
}

// Wide: also its number and queue.
Table HistoryTable(const v1::Explanation& explanation, bool wide) {
  std::vector<Column> columns = {{"AT"}, {"DECISION"}, {"PODS", kRight}, {"REASON", kLeft, 8}};
  if (wide) columns.insert(columns.begin(), {"NUMBER", kRight});
  if (wide) columns.push_back({"QUEUE"});
  columns.push_back({"FOR", kLeft, 8, true});
  columns.push_back({"MESSAGE", kLeft, 20, true});
  Table table(std::move(columns));
  const auto shown = [](const std::string& text) { return text.empty() ? "-" : Shown(text); };
  for (const v1::Decision& decision : explanation.history()) {
    std::vector<Cell> row;
    if (wide) row.emplace_back(absl::StrCat(decision.number()));
    row.emplace_back(MomentText(decision.has_at(), decision.at()));
    row.emplace_back(Shown(decision.kind()));
    row.emplace_back(absl::StrCat(decision.pods()));
    row.emplace_back(shown(decision.reason()));
    if (wide) row.emplace_back(shown(decision.queue()));
    row.emplace_back(shown(decision.other()));
    row.emplace_back(Shown(decision.message()));
    table.Add(std::move(row));
  }
  return table;
}

}  // namespace

std::string ExplanationText(const v1::Explanation& explanation, const Look& given, bool wide) {
  const Look look{given.color, wide ? 0 : given.width};
  const v1::Gang& gang = explanation.gang();
  std::string out = absl::StrCat(Toned(NameOf(gang), Tone::kStrong, look.color), "\n");
  AddField("State", Standing(explanation), look, &out);
  AddField("Why", Why(explanation), look, &out);
  AddField("Unblock", Shown(explanation.unblock()), look, &out);
  if (!explanation.needs().empty()) {
    AddField("Needs", AmountsText(explanation.needs()), look, &out);
  }
  AddField("Roles", RolesLine(explanation), look, &out);
  AddField("Members", MembersLine(gang), look, &out);
  AddField("Ahead",
           absl::StrJoin(explanation.ahead(), ", ",
                         [](std::string* text, const std::string& name) {
                           absl::StrAppend(text, Shown(name));
                         }),
           look, &out);
  if (explanation.would_evict().empty()) {
    AddField("Cost", Shown(explanation.cost_message()), look, &out);
  }
  AddField("Gang", Origin(gang), look, &out);
  AddField("History", Shown(explanation.history_url()), look, &out);
  AddTable("Tried", TriedTable(explanation, wide), look, &out);
  AddTable("Would be evicted for it", CostTable(explanation), look, &out);
  AddTable("Members", MemberTable(explanation, wide), look, &out);
  AddTable("Decisions", HistoryTable(explanation, wide), look, &out);
  return out;
}

}  // namespace muster::daemon::cli
