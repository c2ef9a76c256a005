// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/rfc3339.h"

#include <catch2/catch.hpp>
#include <random>

namespace muster::codec {
namespace {

std::string Slow(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

TEST_CASE("times are written and read as absl does it") {
  constexpr uint32_t kSeed = 11;
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    // From the year 500 to 10500, in seconds, tenths, …, nanoseconds, and parts of these.
    absl::Time time =
        absl::FromUnixSeconds(static_cast<int64_t>(random() % 315'000'000'000) - 46'000'000'000);
    int64_t step = 1;
    for (uint64_t digits = random() % 10; digits > 0; --digits) step *= 10;
    time += absl::Nanoseconds(static_cast<int64_t>(random() % 1'000'000'000) / step * step);
    if (random() % 10 == 0) time += absl::Nanoseconds(1) / 4;
    const std::string text = FormatRfc3339(time);
    REQUIRE(text == Slow(time));
    absl::Time fast, slow;
    REQUIRE(ParseRfc3339(text, &fast));
    REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &slow, nullptr));
    REQUIRE(fast == slow);
  }
}

TEST_CASE("other forms are read, too, and what is none is refused") {
  absl::Time time;
  REQUIRE(ParseRfc3339("2026-11-24T10:00:00Z", &time));
  CHECK(time == absl::FromUnixSeconds(1795514400));
  REQUIRE(ParseRfc3339("2026-11-24T11:00:00.5+01:00", &time));
  CHECK(time == absl::FromUnixMillis(1795514400500));
  for (const char* text :
       {"", "soon", "2026-13-24T10:00:00+00:00", "2026-02-30T10:00:00+00:00",
        "2026-11-24T24:00:00+00:00", "2026-11-24T10:60:00+00:00", "2026-11-24T10:00:00",
        "2026-11-24T10:00:00.x+00:00", "2026-11-24T10:00:00x+00:00", "+00:00"}) {
    CAPTURE(text);
    absl::Time slow;
    CHECK(ParseRfc3339(text, &time) == absl::ParseTime(absl::RFC3339_full, text, &slow, nullptr));
  }
}

}  // namespace
}  // namespace muster::codec
