// SPDX-License-Identifier: Apache-2.0
// Sizes, names and marks of files. A cap is no aim: a header aims at 80 lines, a source at 120.
#include <algorithm>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "test/tidy/tree.h"

namespace muster::tidy {
namespace {

constexpr size_t kHeaderCap = 260;
constexpr size_t kSourceCap = 400;
constexpr size_t kTestCap = 500;
constexpr size_t kFunctionCap = 60;
constexpr size_t kColumns = 100;

bool NeedsSpdx(const SourceFile& file) {
  for (const char* end : {".h", ".cc", ".inc", ".proto", ".py", ".sh", ".bash", ".go", ".java",
                          ".yaml", "CMakeLists.txt", ".cmake", ".supp"}) {
    if (absl::EndsWith(file.path, end)) return true;
  }
  return absl::StartsWith(file.text, "#!");
}

bool Binary(const SourceFile& file) { return file.text.find('\0') != std::string::npos; }

void Report(const std::vector<std::string>& violations) {
  INFO(absl::StrJoin(violations, "\n"));
  CHECK(violations.empty());
}

TEST_CASE("the tree is there to be judged") {
  const auto source = std::count_if(Tree().begin(), Tree().end(),
                                    [](const SourceFile& file) { return file.cpp(); });
  CHECK(source > 100);
}

TEST_CASE("files stay short") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!file.cpp()) continue;
    const size_t cap = file.test() ? kTestCap : file.header() ? kHeaderCap : kSourceCap;
    const size_t lines = file.lines.size() - (file.lines.back().empty() ? 1 : 0);
    if (lines > cap) violations.push_back(absl::StrCat(file.path, ": ", lines, " > ", cap));
  }
  Report(violations);
}

TEST_CASE("functions stay short") {
  // As clang-format lays them out: opened by a line that begins in the first column and ends with a
  // brace, closed by a brace in the first column.
  static const std::regex kOpens(R"(^[A-Za-z_].*\{$)");
  static const std::regex kNoFunction(
      R"(^(namespace|class|struct|enum|union|extern|template|using)\b)");
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!file.cpp() || file.test()) continue;
    size_t opened = 0;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (std::regex_search(line, kNoFunction)) {
        opened = 0;
      } else if (std::regex_search(line, kOpens)) {
        opened = i + 1;
      } else if (opened > 0 && line == "}") {
        if (i + 1 - opened > kFunctionCap) {
          violations.push_back(
              absl::StrCat(file.path, ":", opened, ": ", i + 1 - opened, " lines"));
        }
        opened = 0;
      }
    }
  }
  Report(violations);
}

TEST_CASE("lines fit 100 columns") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!file.cpp()) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      // A URL or an include cannot be broken.
      if (Columns(file.lines[i]) <= kColumns || absl::StrContains(file.lines[i], "://") ||
          absl::StartsWith(file.lines[i], "#include")) {
        continue;
      }
      violations.push_back(absl::StrCat(file.path, ":", i + 1, ": ", Columns(file.lines[i])));
    }
  }
  Report(violations);
}

TEST_CASE("every file carries its licence in one line at its top") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!NeedsSpdx(file) || Binary(file)) continue;
    const size_t top = std::min<size_t>(file.lines.size(), 3);
    const bool found =
        std::any_of(file.lines.begin(), file.lines.begin() + static_cast<long>(top),
                    [](const std::string& line) {
                      return absl::StrContains(line, "SPDX-License-Identifier: Apache-2.0");
                    });
    if (!found) violations.push_back(file.path);
  }
  Report(violations);
}

TEST_CASE("every header is guarded by #pragma once") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!file.header()) continue;
    if (std::count(file.lines.begin(), file.lines.end(), "#pragma once") != 1) {
      violations.push_back(file.path);
    }
  }
  Report(violations);
}

TEST_CASE("no file has a vague name") {
  static const std::regex kVague(R"((^|_)(manager|utils?|helpers?|common|info|data|misc)(_|\.|$))");
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (std::regex_search(file.name(), kVague)) violations.push_back(file.path);
  }
  Report(violations);
}

TEST_CASE("no file names a path of one machine") {
  // Spelled apart, so that this file does not name them.
  const std::regex paths(absl::StrCat("(^|[^A-Za-z0-9_.-])/(wo", "rk|ro", "ot)/"));
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (Binary(file)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], paths)) {
        violations.push_back(absl::StrCat(file.path, ":", i + 1, ": ", file.lines[i]));
      }
    }
  }
  Report(violations);
}

TEST_CASE("nothing is left to be done later in a comment") {
  const std::regex later(absl::StrCat(R"(\b(TO)", R"(DO|FIX)", R"(ME|XX)", R"(X)\b)"));
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (Binary(file)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], later)) {
        violations.push_back(absl::StrCat(file.path, ":", i + 1, ": ", file.lines[i]));
      }
    }
  }
  Report(violations);
}

}  // namespace
}  // namespace muster::tidy
