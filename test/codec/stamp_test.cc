// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/stamp.h"

#include <catch2/catch.hpp>

#include "scheduler/codec/stamp_codec.h"

namespace muster::codec {
namespace {

std::optional<Stamp> ThereAndBack(const Stamp& stamp) {
  const auto annotations = EncodeStamp(stamp);
  return ReadStamp([&annotations](absl::string_view key) -> absl::optional<absl::string_view> {
    for (const auto& [name, value] : annotations) {
      if (name == key) return absl::string_view(value);
    }
    return absl::nullopt;
  });
}

TEST_CASE("a stamp comes back from its annotations as it was written") {
  Stamp stamp;
  stamp.queue = "analytics.adhoc";
  stamp.gang = "spark-1f2e";
  CHECK(ThereAndBack(stamp) == stamp);
  stamp.minimum = 5;
  stamp.user = "team-a/spark";
  stamp.hold = 4;
  stamp.hold_nodes = "node-1=3,node-2=1";
  stamp.at = absl::FromUnixMicros(1'700'000'000'123'456);
  CHECK(ThereAndBack(stamp) == stamp);
}

}  // namespace
}  // namespace muster::codec
