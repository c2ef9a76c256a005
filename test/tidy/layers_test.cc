// SPDX-License-Identifier: Apache-2.0
// Which folder may include which, as data; and what has no place in the pure folders.
#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "test/tidy/tree.h"

namespace muster::tidy {
namespace {

// In the order of the design: a folder includes itself and those above it. The two worlds never see
// each other.
const std::map<std::string, std::set<std::string>>& Allowed() {
  static const auto* const allowed = new std::map<std::string, std::set<std::string>>{
      {"scheduler/model", {}},
      {"queues", {"scheduler/model"}},
      {"scheduler/state", {"scheduler/model", "queues"}},
      {"policies", {"scheduler/model", "queues", "scheduler/state"}},
      {"scheduler/cycle", {"scheduler/model", "queues", "scheduler/state", "policies"}},
      {"scheduler/loop",
       {"scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle"}},
      {"scheduler/codec",
       {"proto", "scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle",
        "scheduler/loop"}},
      {"scheduler/kube",
       {"proto", "scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle",
        "scheduler/loop", "scheduler/codec"}},
      {"scheduler/sim",
       {"scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle",
        "scheduler/loop", "scheduler/codec"}},
      {"scheduler/daemon",
       {"proto", "scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle",
        "scheduler/loop", "scheduler/codec", "scheduler/kube", "scheduler/sim"}},
  };
  return *allowed;
}

const std::set<std::string>& PureLayers() {
  static const auto* const pure = new std::set<std::string>{
      "scheduler/model", "queues", "scheduler/state", "policies", "scheduler/cycle"};
  return *pure;
}

// The layer of an included path; "" for a library's header.
std::string LayerOf(const std::string& include) {
  for (const auto& [layer, above] : Allowed()) {
    if (absl::StartsWith(include, layer + "/")) return layer;
  }
  for (const char* other : {"proto", "test", "bench"}) {
    if (absl::StartsWith(include, absl::StrCat(other, "/"))) return other;
  }
  return "";
}

std::string Shown(const std::vector<std::string>& violations) {
  return absl::StrJoin(violations, "\n");
}

TEST_CASE("a folder includes only folders above it") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    auto allowed = Allowed().find(file.layer());
    if (!file.cpp() || allowed == Allowed().end()) continue;
    for (const std::string& include : Includes(file)) {
      const std::string layer = LayerOf(include);
      if (layer.empty() || layer == file.layer() || allowed->second.count(layer) > 0) continue;
      violations.push_back(absl::StrCat(file.path, " includes ", include));
    }
  }
  INFO(Shown(violations));
  CHECK(violations.empty());
}

TEST_CASE("every production folder is in the table of layers") {
  std::set<std::string> unknown;
  for (const SourceFile& file : Tree()) {
    if (!file.cpp() || file.test() || file.layer() == "bench") continue;
    if (Allowed().count(file.layer()) == 0) unknown.insert(file.path);
  }
  INFO(absl::StrJoin(unknown, "\n"));
  CHECK(unknown.empty());
}

TEST_CASE("the cycle knows policies by their seams, never a single policy") {
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (file.layer() != "scheduler/cycle") continue;
    for (const std::string& include : Includes(file)) {
      const bool policy = absl::StartsWith(include, "policies/");
      if (policy && std::count(include.begin(), include.end(), '/') > 1) {
        violations.push_back(absl::StrCat(file.path, " includes ", include));
      }
    }
  }
  INFO(Shown(violations));
  CHECK(violations.empty());
}

TEST_CASE("no clock, thread, log, environment, protobuf or hash order in the pure folders") {
  static const char* const kBanned[] = {R"(absl::Now\()",     R"(::now\()",
                                        R"(<chrono>)",        R"(<ctime>)",
                                        R"(<thread>)",        R"(<mutex>)",
                                        R"(<atomic>)",        R"(<condition_variable>)",
                                        R"(<future>)",        R"(absl/synchronization)",
                                        R"(<iostream>)",      R"(<fstream>)",
                                        R"(std::cout)",       R"(std::cerr)",
                                        R"(\bgetenv\b)",      R"(\.pb\.h)",
                                        R"(google/protobuf)", R"(unordered_map)",
                                        R"(unordered_set)",   R"(flat_hash)",
                                        R"(node_hash)",       R"(\brand\()",
                                        R"(<random>)",        R"(random_device)",
                                        R"(random_shuffle)",  R"(<grpc)",
                                        R"(<openssl)",        R"(prometheus)"};
  std::vector<std::regex> banned;
  for (const char* word : kBanned) banned.emplace_back(word);
  std::vector<std::string> violations;
  for (const SourceFile& file : Tree()) {
    if (!file.cpp() || PureLayers().count(file.layer()) == 0) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      for (size_t word = 0; word < banned.size(); ++word) {
        if (!std::regex_search(file.lines[i], banned[word])) continue;
        violations.push_back(absl::StrCat(file.path, ":", i + 1, ": ", kBanned[word]));
      }
    }
  }
  INFO(Shown(violations));
  CHECK(violations.empty());
}

TEST_CASE("wire formats and metrics libraries stay in their folders") {
  std::vector<std::string> violations;
  const auto only_in = [&violations](absl::string_view text, const std::set<std::string>& layers) {
    for (const SourceFile& file : Tree()) {
      if (!file.cpp() || file.test() || file.layer() == "bench" || layers.count(file.layer()) > 0) {
        continue;
      }
      for (const std::string& line : file.lines) {
        if (absl::StartsWith(line, "#include") && absl::StrContains(line, text)) {
          violations.push_back(absl::StrCat(file.path, " includes ", text));
        }
      }
    }
  };
  only_in(".pb.h", {"scheduler/codec", "scheduler/kube", "scheduler/daemon"});
  only_in("prometheus/", {"scheduler/daemon"});
  only_in("yaml.h>", {"scheduler/codec"});
  only_in("openssl/", {"scheduler/kube"});
  only_in("boost/beast", {"scheduler/kube"});
  INFO(Shown(violations));
  CHECK(violations.empty());
}

}  // namespace
}  // namespace muster::tidy
