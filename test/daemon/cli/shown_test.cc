// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/shown.h"

#include <catch2/catch.hpp>

#include "scheduler/daemon/cli/table.h"

namespace muster::daemon::cli {
namespace {

TEST_CASE("what would act on a terminal is written out, the rest stays") {
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"team-etl/nightly", "team-etl/nightly"},
           {"größer \"quoted\" \\ 作业 👍", "größer \"quoted\" \\ 作业 👍"},
           {"\x1b[31m", "\\x1b[31m"},
           {"a\r\n\tb\x7f", "a\\x0d\\n\\tb\\x7f"},
           {"\xc2\x9b", "\\x9b"},                // CSI in one character
           {"\xe2\x80\xae", "\\u202e"},          // right-to-left override
           {"\xe2\x81\xa6", "\\u2066"},          // isolate
           {"\xe2\x80\x8b", "\\u200b"},          // zero width space
           {"\xf3\xa0\x81\x81", "\\U000e0041"},  // tag
           {"\xff\xc0\x80", "\\xff\\xc0\\x80"},  // no UTF-8
           {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // surrogate
           {"\xe2\x82", "\\xe2\\x82"},           // cut in the middle
           {std::string("\0", 1), "\\x00"}}) {
    CHECK(Shown(text) == shown);
  }
  CHECK(ShownLines("a\n\tb\x1b") == "a\n\tb\\x1b");
}

TEST_CASE("columns are counted and cut by characters as wide as a terminal draws them") {
  CHECK(Columns("größer") == 6);
  CHECK(Columns("作业") == 4);
  CHECK(Columns("e\xcc\x81") == 1);  // e and an accent
  CHECK(Cut("nightly", 7) == "nightly");
  CHECK(Cut("nightly", 4) == "nig…");
  CHECK(Cut("作业作业", 4) == "作…");
  CHECK(Cut("x", 0).empty());
}

TEST_CASE("a table too wide cuts long columns, then leaves out optional ones, then cuts the line") {
  Table table({{"NAME", Column::Align::kLeft, 6},
               {"N", Column::Align::kRight},
               {"WHY", Column::Align::kLeft, 5, true},
               {"LAST", Column::Align::kLeft, 0, true}});
  const std::vector<std::string> words = {"a-long-name", "12", "because of it", "x"};
  table.Add({words.begin(), words.end()});
  const auto row = [&](size_t width) { return table.Lines({false, width}).back(); };
  CHECK(row(0) == "a-long-name  12  because of it  x");
  CHECK(row(37) == "a-long-name  12  because of it  x");
  CHECK(row(32) == "a-long-na…  12  because o…  x");
  CHECK(row(25) == "a-lon…  12  becaus…  x");
  CHECK(row(18) == "a-lon…  12  becau…");
  CHECK(row(11) == "a-long…  12");
  CHECK(row(10) == "a-lon…  12");
  CHECK(row(9) == "a-lon…  …");
  CHECK(row(3) == "a-…");
  for (size_t width = 1; width < 40; ++width) {
    for (const std::string& line : table.Lines({false, width})) CHECK(Columns(line) <= width);
  }
}

}  // namespace
}  // namespace muster::daemon::cli
