// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/memory_codec.h"

#include <catch2/catch.hpp>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace muster::codec {
namespace {

Memory Sample() {
  Memory memory;
  memory.claims = {{"uid-1",
                    absl::FromUnixMicros(1700000000123456),
                    {{0, "n1", 1}, {1, "n2", 7}},
                    {{true, {"driver", "exec"}}, {false, {"more"}}}},
                   {"uid-2", absl::FromUnixSeconds(1700000600), {}, {}}};
  memory.run_times = {{"etl", "nightly \"x\"", {60, 75, 1}}, {"etl", "other", {9}}};
  memory.past_use = {
      {"etl", "", absl::FromUnixSeconds(7), {{"cpu", 4000}, {"memory", int64_t{1} << 50}}},
      {"etl", "team/ann", absl::FromUnixSeconds(8), {}}};
  memory.evictions = {{"etl", absl::FromUnixSeconds(1699999999)}};
  return memory;
}

std::string Refusal(absl::string_view text) {
  const absl::StatusOr<Memory> memory = DecodeMemory(text);
  return memory.ok() ? "" : std::string(memory.status().message());
}

TEST_CASE("memory is written as one text, and read back the same") {
  const std::string text = EncodeMemory(Sample());
  CHECK(text ==
        "{\"version\":\"v1\",\"claims\":[{\"opener\":\"uid-1\",\"until\":"
        "\"2023-11-14T22:13:20.123456+00:00\",\"rooms\":[[0,\"n1\",1],[1,\"n2\",7]],\"victims\":["
        "{\"whole\":true,\"pods\":[\"driver\",\"exec\"]},{\"whole\":false,\"pods\":[\"more\"]}]},"
        "{\"opener\":\"uid-2\",\"until\":\"2023-11-14T22:23:20+00:00\",\"rooms\":[],\"victims\":[]}"
        "],\"runTimes\":[{\"queue\":"
        "\"etl\",\"app\":\"nightly \\\"x\\\"\",\"seconds\":[60,75,1]},{\"queue\":\"etl\",\"app\":"
        "\"other\",\"seconds\":[9]}],\"pastUse\":[{\"queue\":\"etl\",\"user\":\"\",\"at\":"
        "\"1970-01-01T00:00:07+00:00\",\"average\":{\"cpu\":4000,\"memory\":"
        "1125899906842624}},{\"queue\":\"etl\",\"user\":\"team/ann\",\"at\":"
        "\"1970-01-01T00:00:08+00:00\",\"average\":{}}],\"evictions\":[{\"queue\":\"etl\","
        "\"at\":\"2023-11-14T22:13:19+00:00\"}]}\n");
  const absl::StatusOr<Memory> again = DecodeMemory(text);
  REQUIRE(again.ok());
  CHECK(*again == Sample());
  CHECK(*DecodeMemory(EncodeMemory(Memory())) == Memory());
}

TEST_CASE("random memories come back the same") {
  const uint32_t seed = 20261124;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto below = [&random](uint32_t limit) { return static_cast<uint32_t>(random()) % limit; };
  const auto name = [&] { return absl::StrCat("\xc3\xa4\n\\", below(1000)); };
  for (int i = 0; i < 300; ++i) {
    Memory memory;
    for (uint32_t n = below(4); n > 0; --n) {
      ClaimRecord claim{name(), absl::FromUnixNanos(static_cast<int64_t>(random()) << 29), {}, {}};
      for (uint32_t r = below(4); r > 0; --r) {
        claim.rooms.push_back({static_cast<int32_t>(below(3)), name(), 1});
      }
      for (uint32_t v = below(3); v > 0; --v) {
        claim.victims.push_back({below(2) == 0, std::vector<std::string>(below(3), name())});
      }
      memory.claims.push_back(claim);
      memory.run_times.push_back({name(), name(), {static_cast<int64_t>(random()), 0}});
      memory.past_use.push_back({name(), name(), absl::FromUnixSeconds(below(99)), {{"x", 3}}});
      memory.evictions.push_back({name(), absl::InfinitePast() + absl::Seconds(n)});
    }
    const absl::StatusOr<Memory> again = DecodeMemory(EncodeMemory(memory));
    REQUIRE(again.ok());
    REQUIRE(*again == memory);
  }
}

TEST_CASE("a text that is not all right counts for nothing, and the message says where it is not") {
  const std::string good = EncodeMemory(Sample());
  struct Case {
    const char* from;
    const char* to;
    const char* message;
  };
  const Case cases[] = {
      {"\"v1\"", "\"v2\"", "version: expected v1, got \"v2\""},
      {"\"version\":\"v1\",", "", "the text: expected the key version"},
      {"{\"version\"", "[{\"version\"", "no JSON: "},
      {"\"rooms\":[]", "\"rooms\":{}", "claims[1].rooms: expected a list"},
      {"[1,\"n2\",7]", "[1,\"n2\"]", "claims[0].rooms[1]: expected [part, node, count]"},
      {"[1,\"n2\",7]", "[1,\"n2\",0]", "claims[0].rooms[1]: expected a whole number from 1 to"},
      {"[1,\"n2\",7]", "[-1,\"n2\",7]", "claims[0].rooms[1]: expected a whole number from 0 to"},
      {"[1,\"n2\",7]", "[1,2,7]", "claims[0].rooms[1]: expected text"},
      {"\"whole\":false", "\"whole\":0", "claims[0].victims[1].whole: expected true or false"},
      {"\"more\"", "7", "claims[0].victims[1].pods[0]: expected text"},
      {"\"victims\":[]", "\"victims\":[[]]", "claims[1].victims[0]: expected an object"},
      {"\"uid-2\"", "null", "claims[1].opener: expected text"},
      {"2023-11-14T22:23:20+00:00", "soon", "claims[1].until: expected a time"},
      {"[60,75,1]", "[60,-75,1]", "runTimes[0].seconds[1]: expected a whole number from 0"},
      {"[60,75,1]", "[60,1e3]", "runTimes[0].seconds[1]: expected a whole number"},
      {"\"cpu\":4000", "\"cpu\":-1", "pastUse[0].average.cpu: expected a whole number"},
      {"\"memory\":1125899906842624", "\"cpu\":1", "pastUse[0].average.cpu: expected the key"},
      {"\"user\":\"\"", "\"user\":\"\",\"user\":\"\"", "pastUse[0].user: expected the key once"},
      {"\"evictions\":", "\"more\":1,\"evictions\":",
       "the text: expected only known keys, got \"more\""},
      {"\"claims\":[", "\"claims\":[7,", "claims[0]: expected an object"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.to);
    const std::string bad = absl::StrReplaceAll(good, {{c.from, c.to}});
    REQUIRE(bad != good);
    CAPTURE(Refusal(bad));
    CHECK(Refusal(bad).find(c.message) == 0);
  }
  for (const char* bad : {"", " ", "null", "7", "{}", "\xff", "{\"version\":\"v1\"}"}) {
    CAPTURE(bad);
    CHECK_FALSE(Refusal(bad).empty());
  }
}

TEST_CASE("claims of daemons that did not write their victims are read") {
  const std::string text = absl::StrReplaceAll(EncodeMemory(Sample()), {{",\"victims\":[]", ""}});
  REQUIRE(text != EncodeMemory(Sample()));
  CHECK(*DecodeMemory(text) == Sample());
}

TEST_CASE("gangs that do not look started are written where there are some") {
  Memory memory = Sample();
  memory.started = {"uid-3", "uid-4"};
  const std::string text = EncodeMemory(memory);
  CHECK(text == absl::StrReplaceAll(EncodeMemory(Sample()),
                                    {{"]}\n", "],\"started\":[\"uid-3\",\"uid-4\"]}\n"}}));
  CHECK(*DecodeMemory(text) == memory);
  CHECK(Refusal(absl::StrReplaceAll(text, {{"\"uid-4\"", "4"}})) == "started[1]: expected text");
  const Memory less = *DecodeMemory(EncodeMemory(memory, 100));
  CHECK(less == Memory());
}

TEST_CASE("what is too much is left out, the oldest run times first, claims last") {
  Memory memory = Sample();
  memory.run_times.clear();
  for (int app = 0; app < 300; ++app) {
    RunTimes times{"etl", absl::StrCat("app-", app), {}};
    for (int64_t i = 0; i < 1000; ++i) times.seconds.push_back(i);
    memory.run_times.push_back(times);
  }
  const std::string text = EncodeMemory(memory);
  CHECK(text.size() <= kMemoryBytes);
  const Memory less = *DecodeMemory(text);
  CHECK(less.claims == memory.claims);
  CHECK(less.past_use == memory.past_use);
  REQUIRE(less.run_times.size() == 300);
  CHECK(less.run_times[7].seconds.size() == 500);
  CHECK(less.run_times[7].seconds.back() == 999);

  const Memory claims = *DecodeMemory(EncodeMemory(memory, 520));
  CHECK(claims.run_times.empty());
  CHECK(claims.claims == memory.claims);
  const Memory later = *DecodeMemory(EncodeMemory(memory, 250));
  REQUIRE(later.claims.size() == 1);
  CHECK(later.claims[0].opener_uid == "uid-2");
}

}  // namespace
}  // namespace muster::codec
