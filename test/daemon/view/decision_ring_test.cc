// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/decision_ring.h"

#include <catch2/catch.hpp>
#include <thread>

#include "test/daemon/view/stage.h"

namespace muster::daemon {
namespace {

Decided Of(const std::string& ns) {
  Decided decided;
  decided.ns = ns;
  decided.name = ns;
  return decided;
}

std::vector<int64_t> NumbersOf(const std::vector<DecisionRing::Entry>& entries) {
  std::vector<int64_t> numbers;
  for (const auto& entry : entries) numbers.push_back(entry->number);
  return numbers;
}

using Numbers = std::vector<int64_t>;

TEST_CASE("the ring keeps the newest, and who reads too slowly sees a gap in the numbers") {
  DecisionRing ring(4);
  for (int i = 0; i < 10; ++i) ring.Add(Of("team"));
  int64_t until = 0;
  CHECK(NumbersOf(ring.After(0, 100, {}, {}, &until)) == Numbers{7, 8, 9, 10});
  CHECK(NumbersOf(ring.After(-1, 2, {}, {}, &until)) == Numbers{9, 10});
  CHECK(until == 10);
  CHECK(NumbersOf(ring.After(2, 2, {}, {}, &until)) == Numbers{7, 8});
  CHECK(until == 8);
  CHECK(NumbersOf(ring.After(8, 100, {}, {}, &until)) == Numbers{9, 10});
  CHECK(ring.After(10, 100, {}, {}, &until).empty());
  CHECK(until == 10);
}

TEST_CASE("decisions about gangs that are not seen are passed over") {
  DecisionRing ring;
  for (int i = 0; i < 6; ++i) ring.Add(Of(i % 2 == 0 ? "team" : "other"));
  int64_t until = 0;
  CHECK(NumbersOf(ring.After(-1, 2, Only("team"), {}, &until)) == Numbers{3, 5});
  CHECK(NumbersOf(ring.After(1, 100, Only("team"), {}, &until)) == Numbers{3, 5});
  CHECK(until == 6);
}

TEST_CASE("a reader that waits is woken by what it asked for, by nothing else, and at the close") {
  DecisionRing ring;
  std::thread writer([&ring] {
    for (const char* ns : {"other", "other", "team"}) ring.Add(Of(ns));
  });
  int64_t until = 0;
  CHECK(NumbersOf(ring.After(0, 10, Only("team"), absl::Hours(1), &until)) == Numbers{3});
  writer.join();
  std::thread closer([&ring] { ring.Close(); });
  CHECK(ring.After(3, 10, {}, absl::Hours(1), &until).empty());
  closer.join();
  CHECK(ring.After(0, 10, {}, {}, &until).size() == 3);
}

}  // namespace
}  // namespace muster::daemon
