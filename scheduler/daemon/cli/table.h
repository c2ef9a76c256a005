// SPDX-License-Identifier: Apache-2.0
// Aligned columns. On a terminal too narrow for them, long columns are cut, then optional ones left
// out, and at last the line is cut: no line wraps. In a pipe nothing is lost.
#pragma once

#include <string>
#include <vector>

#include "scheduler/daemon/cli/look.h"

namespace muster::daemon::cli {

struct Column {
  std::string title;
  enum class Align { kLeft, kRight } align = Align::kLeft;
  size_t least = 0;       // may be cut down to so many columns; 0: never
  bool optional = false;  // left out where there is no room, the rightmost first
};

struct Cell {
  Cell(std::string of_text = "", Tone of_tone = Tone::kPlain)  // NOLINT: text is a cell
      : text(std::move(of_text)), tone(of_tone) {}
  std::string text;  // one line of text as shown (shown.h)
  Tone tone;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns.
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  // The titles, then the rows; none ends with blanks.
  std::vector<std::string> Lines(const Look& look) const;
  // The same, each with its line feed.
  std::string Text(const Look& look) const;

 private:
  std::vector<size_t> Widths(const Look& look) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace muster::daemon::cli
