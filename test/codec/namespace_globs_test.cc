// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/namespace_globs.h"

#include <catch2/catch.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "test/model/dice.h"

namespace muster::codec {
namespace {

TEST_CASE("two namespace patterns meet where one text matches both") {
  struct Case {
    const char* a;
    const char* b;
    bool meet;
  };
  const Case cases[] = {
      {"a", "a", true},       {"a", "b", false},         {"a*", "ab", true},   {"a*", "*b", true},
      {"a*", "b*", false},    {"*a", "*b", false},       {"*", "x", true},     {"?", "x", true},
      {"?", "xy", false},     {"??", "?*", true},        {"a?c", "ab*", true}, {"a?c", "abc", true},
      {"a?c", "abd", false},  {"etl-*", "*-prod", true}, {"a*c", "a?", true},  {"*a*", "b?b", true},
      {"*aa*", "b?b", false}, {"a*", "a", true},         {"", "*", true},      {"", "?", false},
  };
  for (const Case& c : cases) {
    INFO(c.a << " " << c.b);
    CHECK(GlobsMeet(c.a, c.b) == c.meet);
    CHECK(GlobsMeet(c.b, c.a) == c.meet);
  }
}

// Every pattern with every earlier one; the lines of those that meet one of another queue.
std::set<size_t> SlowOverlaps(const std::vector<NamespaceClaim>& claims) {
  std::set<size_t> lines;
  for (size_t later = 0; later < claims.size(); ++later) {
    for (size_t earlier = 0; earlier < later; ++earlier) {
      if (claims[later].queue == claims[earlier].queue) continue;
      if (GlobsMeet(claims[later].glob, claims[earlier].glob)) lines.insert(later + 1);
    }
  }
  return lines;
}

TEST_CASE("overlaps are those that a comparison of all with all finds") {
  int overlapping = 0, free = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    CAPTURE(seed);
    test::Dice dice(seed);
    std::vector<YamlNode> nodes(8);
    std::vector<NamespaceClaim> claims;
    YamlErrors errors("m");
    for (size_t i = 0; i < nodes.size(); ++i) {
      nodes[i].mark = {i + 1, 1};
      std::string glob;
      for (int length = dice.Between(1, 6); length > 0; --length) {
        glob += dice.Of<std::string>({"a", "b", "c", "d", "?", "*", "-a", "-b"});
      }
      claims.push_back(
          {glob, absl::StrCat("q", dice.Between(0, 5)), YamlField(nodes[i], "p", &errors)});
    }
    ReportOverlaps(claims);
    const std::string text(errors.ToStatus().message());
    std::set<size_t> lines;
    for (size_t i = 1; i <= nodes.size(); ++i) {
      if (text.find(absl::StrCat("m:", i, ":1: ")) != std::string::npos) lines.insert(i);
    }
    const std::set<size_t> expected = SlowOverlaps(claims);
    REQUIRE(lines == expected);
    overlapping += static_cast<int>(expected.size());
    free += static_cast<int>(nodes.size() - expected.size());
  }
  CHECK(overlapping > 1000);
  CHECK(free > 1000);
}

// Far too slow to wait for if each pattern were compared with each.
TEST_CASE("a config of ten thousand queues is read in little time") {
  const char* shape = GENERATE("n%, \"w%-*\"", "\"*-e%\"", "\"?%-?\"", "\"a-*-%\"");
  std::string text =
      "groups: {g: [\"a/*\"]}\nqueues:\n- name: top\n  guaranteed: {cpu: 10000}\n"
      "  queues:\n";
  for (int i = 0; i < 10000; ++i) {
    std::string globs(shape);
    for (size_t at = globs.find('%'); at != std::string::npos; at = globs.find('%')) {
      globs.replace(at, 1, absl::StrCat("x", i, "y"));
    }
    absl::StrAppend(&text, "  - name: q", i, "\n    guaranteed: {cpu: 1}\n    namespaces: [", globs,
                    "]\n    users: {default: {maxRunning: 3}}\n    groups: {g: {max: {cpu: 9}}}\n");
  }
  const absl::StatusOr<QueueConfig> config = ParseQueueConfig("m.yaml", text);
  INFO(config.status().ToString().substr(0, 300));
  REQUIRE(config.ok());
  CHECK(config->queues[0].queues.size() == 10000);
}

}  // namespace
}  // namespace muster::codec
