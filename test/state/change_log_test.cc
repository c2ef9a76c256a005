// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/change_log.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

TEST_CASE("a reader finds what came after its position, twice where it came twice") {
  ChangeLog log;
  log.Add({GangId{1}, PodId{2}});
  const uint64_t position = log.end();
  absl::Span<const Change> changes;
  REQUIRE(log.Since(position, &changes));
  CHECK(changes.empty());
  log.Add({GangId{1}, PodId{2}});
  log.Add({GangId{3}, {}});
  REQUIRE(log.Since(position, &changes));
  REQUIRE(changes.size() == 2);
  CHECK(changes[0] == Change{GangId{1}, PodId{2}});
  CHECK_FALSE(changes[1].pod.valid());
}

TEST_CASE("the log is bounded, and who comes too late is told so") {
  ChangeLog log;
  absl::Span<const Change> changes;
  for (uint32_t i = 0; i < 200'000; ++i) log.Add({GangId{i}, {}});
  CHECK_FALSE(log.Since(0, &changes));
  REQUIRE(log.Since(199'990, &changes));
  REQUIRE(changes.size() == 10);
  CHECK(changes[0].gang == GangId{199'990});
  CHECK(log.end() == 200'000);
}

}  // namespace
}  // namespace muster
