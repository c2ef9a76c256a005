// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/answers.h"

#include <catch2/catch.hpp>

namespace muster::test {
namespace {

Reason Behind(const std::string& head) {
  return Reason{.code = ReasonCode::kBehindHead, .subject = head};
}

TEST_CASE(
    "an answer holds for the kind until something starts, a head more blocks, or a cycle ends") {
  Answers answers;
  const Answers::Asker asker{3, absl::Minutes(5)};
  answers.Begin();
  CHECK(answers.Find(asker, {1, 1}) == nullptr);
  answers.Add(asker, {1, 1}, Behind("ns/a"));
  REQUIRE(answers.Find(asker, {1, 1}) != nullptr);
  CHECK((*answers.Find(asker, {1, 1}))->subject == "ns/a");
  CHECK(answers.Find(asker, {2, 1}) == nullptr);
  CHECK(answers.Find(asker, {1, 2}) == nullptr);
  CHECK(answers.Find({2, absl::Minutes(5)}, {1, 1}) == nullptr);
  CHECK(answers.Find({3, absl::Minutes(6)}, {1, 1}) == nullptr);
  answers.Begin();
  CHECK(answers.Find(asker, {1, 1}) == nullptr);
}

TEST_CASE("who is told the same again is told it by the same object") {
  Answers answers;
  const Answers::Asker asker{0, absl::InfiniteDuration()};
  answers.Begin();
  const SharedReason first = answers.Add(asker, {0, 0}, Behind("ns/a"));
  answers.Begin();
  CHECK(answers.Add(asker, {4, 1}, Behind("ns/a")).Is(first));
  answers.Begin();
  const SharedReason other = answers.Add(asker, {0, 0}, Behind("ns/b"));
  CHECK_FALSE(other.Is(first));
  CHECK(other->subject == "ns/b");
  CHECK(first->subject == "ns/a");
}

TEST_CASE("estimates that nobody has any more are forgotten, those of this cycle are not") {
  Answers answers;
  for (int cycle = 0; cycle < 100; ++cycle) {
    answers.Begin();
    for (int i = 0; i < 100; ++i) {
      answers.Add({0, absl::Seconds(cycle * 100 + 99 - i)}, {0, 0}, Behind(std::to_string(i)));
    }
    for (int i = 0; i < 100; ++i) {
      const SharedReason* known = answers.Find({0, absl::Seconds(cycle * 100 + 99 - i)}, {0, 0});
      REQUIRE(known != nullptr);
      REQUIRE((*known)->subject == std::to_string(i));
    }
  }
  CHECK(answers.size() <= 200);
}

}  // namespace
}  // namespace muster::test
