// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kLeftOut = 0;

// Of a line with those columns; a column that is left out takes nothing.
size_t Total(const std::vector<size_t>& widths) {
  size_t total = 0;
  for (size_t width : widths) total += width == kLeftOut ? 0 : width + (total > 0 ? kGap : 0);
  return total;
}

// Cells of one line, up to `width` columns of it (0: all).
std::string Line(const std::vector<Cell>& cells, const std::vector<Column>& columns,
                 const std::vector<size_t>& widths, const Look& look) {
  std::string line;
  size_t used = 0;     // columns written
  size_t pending = 0;  // blanks that are written only if text follows
  for (size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == kLeftOut) continue;
    std::string text = Cut(cells[i].text, widths[i]);
    const size_t blanks = widths[i] - Columns(text);
    const bool right = columns[i].align == Column::Align::kRight;
    const size_t before = pending + (right ? blanks : 0);
    if (!text.empty()) {
      if (look.width > 0) {
        if (used + before >= look.width) break;
        text = Cut(text, look.width - used - before);
      }
      absl::StrAppend(&line, std::string(before, ' '), Toned(text, cells[i].tone, look.color));
      used += before + Columns(text);
      pending = (right ? 0 : widths[i] - Columns(text)) + kGap;
    } else {
      pending += widths[i] + kGap;
    }
  }
  return line;
}

}  // namespace

std::vector<size_t> Table::Widths(const Look& look) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    // A column without text has one blank, so that it is not taken for one that is left out.
    size_t width = std::max<size_t>(Columns(columns_[i].title), 1);
    for (const std::vector<Cell>& row : rows_) width = std::max(width, Columns(row[i].text));
    widths.push_back(width);
  }
  if (look.width == 0) return widths;
  const auto cut_longest = [&] {
    while (Total(widths) > look.width) {
      size_t longest = columns_.size();
      for (size_t i = 0; i < columns_.size(); ++i) {
        const bool may = columns_[i].least > 0 && widths[i] > columns_[i].least;
        if (may && (longest == columns_.size() || widths[i] > widths[longest])) longest = i;
      }
      if (longest == columns_.size()) return;
      --widths[longest];
    }
  };
  const std::vector<size_t> natural = widths;
  cut_longest();
  for (size_t i = columns_.size(); i-- > 0 && Total(widths) > look.width;) {
    if (!columns_[i].optional) continue;
    // What was cut for its sake comes back.
    const std::vector<size_t> before = widths;
    for (size_t j = 0; j < widths.size(); ++j) widths[j] = before[j] == kLeftOut ? 0 : natural[j];
    widths[i] = kLeftOut;
    cut_longest();
  }
  return widths;
}

std::vector<std::string> Table::Lines(const Look& look) const {
  const std::vector<size_t> widths = Widths(look);
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.emplace_back(column.title, Tone::kDim);
  std::vector<std::string> lines = {Line(titles, columns_, widths, look)};
  for (const std::vector<Cell>& row : rows_) lines.push_back(Line(row, columns_, widths, look));
  return lines;
}

std::string Table::Text(const Look& look) const {
  return absl::StrCat(absl::StrJoin(Lines(look), "\n"), "\n");
}

}  // namespace muster::daemon::cli
