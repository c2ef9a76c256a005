// SPDX-License-Identifier: Apache-2.0
#include "test/tidy/tree.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace muster::tidy {

namespace {

namespace fs = std::filesystem;

const std::string kRoot = MUSTER_SOURCE_DIR;

std::vector<std::string> Tracked() {
  std::vector<std::string> paths;
  const std::string command =
      absl::StrCat("git -c safe.directory='*' -C '", kRoot, "' ls-files -z 2>/dev/null");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return paths;
  std::string path;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) {
    if (c != 0) {
      path.push_back(static_cast<char>(c));
      continue;
    }
    paths.push_back(path);
    path.clear();
  }
  pclose(pipe);
  return paths;
}

std::vector<std::string> Walked() {
  std::vector<std::string> paths;
  for (const char* folder :
       {"scheduler", "queues", "policies", "proto", "deploy", "bench", "test"}) {
    if (!fs::exists(fs::path(kRoot) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(kRoot) / folder)) {
      if (entry.is_regular_file()) paths.push_back(fs::relative(entry.path(), kRoot).string());
    }
  }
  return paths;
}

std::vector<SourceFile> Read() {
  std::vector<std::string> paths = Tracked();
  if (paths.empty()) paths = Walked();
  std::sort(paths.begin(), paths.end());
  std::vector<SourceFile> files;
  for (std::string& path : paths) {
    std::ifstream in(fs::path(kRoot) / path, std::ios::binary);
    if (!in) continue;  // deleted, not yet committed
    std::ostringstream text;
    text << in.rdbuf();
    SourceFile file{std::move(path), text.str(), {}};
    file.lines = absl::StrSplit(file.text, '\n');
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

std::string SourceFile::layer() const {
  const std::vector<std::string> parts = absl::StrSplit(path, '/');
  if (parts.size() > 2 && parts[0] == "scheduler") return absl::StrCat("scheduler/", parts[1]);
  return parts.size() > 1 ? parts[0] : "";
}

std::string SourceFile::name() const { return path.substr(path.rfind('/') + 1); }
bool SourceFile::header() const { return absl::EndsWith(path, ".h"); }
bool SourceFile::cpp() const { return header() || absl::EndsWith(path, ".cc"); }
bool SourceFile::test() const { return absl::StartsWith(path, "test/"); }

const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile>* const tree = new std::vector<SourceFile>(Read());
  return *tree;
}

size_t Columns(absl::string_view line) {
  return static_cast<size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::vector<std::string> Includes(const SourceFile& file) {
  std::vector<std::string> paths;
  for (absl::string_view line : file.lines) {
    if (!absl::StartsWith(line, "#include \"")) continue;
    line.remove_prefix(10);
    paths.emplace_back(line.substr(0, line.find('"')));
  }
  return paths;
}

}  // namespace muster::tidy
