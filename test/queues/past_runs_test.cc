// SPDX-License-Identifier: Apache-2.0
#include "queues/past_runs.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "test/model/dice.h"

namespace muster::test {
namespace {

TEST_CASE("nothing is known of an app that has not run here") {
  PastRuns runs;
  CHECK(runs.Estimate("etl", "nightly") == absl::InfiniteDuration());
  runs.Add("etl", "nightly", absl::Seconds(60));
  CHECK(runs.Estimate("etl", "nightly") == absl::Seconds(60));
  CHECK(runs.Estimate("etl", "hourly") == absl::InfiniteDuration());
  CHECK(runs.Estimate("adhoc", "nightly") == absl::InfiniteDuration());
}

TEST_CASE("a run is rounded up to a second, and one of less than nothing left out") {
  PastRuns runs;
  runs.Add("q", "a", absl::Milliseconds(1001));
  CHECK(runs.Estimate("q", "a") == absl::Seconds(2));
  runs.Add("q", "b", absl::Seconds(-1));
  runs.Add("q", "b", absl::InfiniteDuration());
  CHECK(runs.Estimate("q", "b") == absl::InfiniteDuration());
}

// At least nine of ten runs took no longer, and it is the least such run.
TEST_CASE("the estimate is the 90th percentile of the last 32 runs") {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    PastRuns runs;
    std::vector<int64_t> all;
    for (int i = dice.Between(1, 60); i > 0; --i) {
      all.push_back(dice.Between(1, 100));
      runs.Add("q", "a", absl::Seconds(all.back()));
    }
    if (all.size() > PastRuns::kKept) all.erase(all.begin(), all.end() - PastRuns::kKept);
    int64_t least = 1000;
    for (int64_t candidate : all) {
      const auto within = std::count_if(all.begin(), all.end(),
                                        [candidate](int64_t ran) { return ran <= candidate; });
      if (within * 10 >= static_cast<int64_t>(all.size()) * 9) least = std::min(least, candidate);
    }
    REQUIRE(runs.Estimate("q", "a") == absl::Seconds(least));
  }
}

TEST_CASE("a queue that knows too many apps forgets the one that ran longest ago") {
  PastRuns runs;
  for (size_t i = 0; i < PastRuns::kAppsPerQueue; ++i) {
    runs.Add("q", absl::StrCat("app", i), absl::Seconds(10));
  }
  runs.Add("other", "app", absl::Seconds(10));
  runs.Add("q", "app0", absl::Seconds(10));
  runs.Add("q", "new", absl::Seconds(10));
  CHECK(runs.Estimate("q", "app0") == absl::Seconds(10));
  CHECK(runs.Estimate("q", "app1") == absl::InfiniteDuration());
  CHECK(runs.Estimate("q", "app2") == absl::Seconds(10));
  CHECK(runs.Estimate("other", "app") == absl::Seconds(10));
}

TEST_CASE("the number of apps is bounded over all queues") {
  PastRuns runs;
  for (size_t i = 0; i <= PastRuns::kApps; ++i) {
    runs.Add(absl::StrCat("q", i), "app", absl::Seconds(10));
  }
  CHECK(runs.ToMemory().size() == PastRuns::kApps);
  CHECK(runs.Estimate("q0", "app") == absl::InfiniteDuration());
  CHECK(runs.Estimate("q1", "app") == absl::Seconds(10));
}

TEST_CASE("what is remembered is all that the next one needs") {
  PastRuns runs;
  for (int64_t i = 1; i <= 40; ++i) runs.Add("q", "a", absl::Seconds(i));
  runs.Add("p", "b", absl::Seconds(7));
  const std::vector<RunTimes> memory = runs.ToMemory();
  REQUIRE(memory.size() == 2);
  CHECK(memory[0].queue == "p");
  CHECK(memory[1].seconds.size() == PastRuns::kKept);
  CHECK(memory[1].seconds.back() == 40);
  PastRuns next;
  next.Add("q", "gone", absl::Seconds(1));
  next.Recall(memory);
  CHECK(next.ToMemory() == memory);
  CHECK(next.Estimate("q", "a") == runs.Estimate("q", "a"));
}

}  // namespace
}  // namespace muster::test
