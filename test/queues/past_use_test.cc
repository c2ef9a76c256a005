// SPDX-License-Identifier: Apache-2.0
#include "queues/past_use.h"

#include <algorithm>
#include <cmath>

#include "catch2/catch.hpp"
#include "queues/turns.h"
#include "test/model/dice.h"
#include "test/model/objects.h"

namespace muster::test {
namespace {

constexpr int64_t kAll = int64_t{1} << 40;
const HalfLife kHour(absl::Hours(1));

TEST_CASE("what is left halves with each half-life, and follows the power of two between") {
  CHECK(kHour.Left(absl::ZeroDuration()) == kAll);
  CHECK(kHour.Left(-absl::Hours(1)) == kAll);
  CHECK(kHour.Left(absl::Hours(1)) == kAll / 2);
  CHECK(kHour.Left(absl::Hours(10)) == kAll / 1024);
  CHECK(kHour.Left(absl::Hours(1000)) == 0);
  CHECK(kHour.Left(absl::InfiniteDuration()) == 0);
  Dice dice(1);
  for (int i = 0; i < 20'000; ++i) {
    const double half = dice.Between(1, 100'000);
    const double passed = dice.Between(0, 500'000'000) / 1000.0;
    const int64_t left = HalfLife(absl::Seconds(half)).Left(absl::Milliseconds(passed * 1000));
    const double exact = std::exp2(-passed / half);
    CAPTURE(i, half, passed);
    REQUIRE(std::abs(static_cast<double>(left) / static_cast<double>(kAll) - exact) <
            std::exp2(-31));
  }
}

// In real numbers, from the definition: every use with what is left of it.
double Exact(const std::vector<std::pair<double, double>>& uses, double now, double half) {
  double sum = 0;
  for (size_t i = 0; i < uses.size(); ++i) {
    const double until = i + 1 < uses.size() ? uses[i + 1].first : now;
    sum += uses[i].second *
           (std::exp2(-(now - until) / half) - std::exp2(-(now - uses[i].first) / half));
  }
  return sum;
}

TEST_CASE("averages are those of real numbers, however often they are worked out") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    Dice dice(seed);
    const double half = dice.Between(30, 20'000);
    const HalfLife half_life(absl::Seconds(half));
    const int64_t largest = int64_t{1} << dice.Between(1, 50);
    const int longest = dice.OneIn(2) ? 100 : 3'000'000;  // milliseconds between changes
    std::vector<std::pair<double, double>> uses;
    AverageUse average;
    Amounts use{0};
    double now = 0;
    half_life.Advance(use, {}, At(0), &average);
    for (int i = 0; i < 1000; ++i) {
      now += dice.Between(1, longest) / 1000.0;
      const absl::Time at = At(0) + absl::Microseconds(std::llround(now * 1e6));
      half_life.Advance(use, {}, at, &average);
      if (!dice.OneIn(3)) {
        use[0] = static_cast<int64_t>(dice.Next() % static_cast<uint64_t>(largest));
      }
      uses.emplace_back(now, static_cast<double>(use[0]));
    }
    CAPTURE(seed, half, largest, longest);
    const double exact = Exact(uses, now, half);
    REQUIRE(std::abs(static_cast<double>(average.Rounded(0)) - exact) <=
            1 + static_cast<double>(largest) * 1e-6);
  }
}

TEST_CASE("an average that is worked out every millisecond drifts by less than 1e-5") {
  constexpr int64_t kUse = int64_t{1} << 50;
  AverageUse average;
  kHour.Advance({}, {}, At(0), &average);
  constexpr int kSteps = 600'000;
  for (int i = 1; i <= kSteps; ++i) {
    kHour.Advance({kUse}, {}, At(0) + absl::Milliseconds(i), &average);
  }
  const double exact = static_cast<double>(kUse) * (1 - std::exp2(-kSteps / 3.6e6));
  CHECK(std::abs(static_cast<double>(average.Rounded(0)) / exact - 1) < 1e-5);
}

struct Forest {
  explicit Forest(absl::Duration half_life) : tree(Config(half_life), &resources) {
    tree.SetTotal(resources.ToAmounts(Cpu(100, 100)));
    tree.Advance(At(0));
  }
  static QueueConfig Config(absl::Duration half_life) {
    QueueConfig config;
    config.half_life = half_life;
    config.queues = {Leaf("a"), Leaf("b")};
    QueueSpec made = Leaf("made");
    made.per_namespace = true;
    made.namespaces = {"n-*"};
    config.queues.push_back(made);
    return config;
  }
  void Use(const char* path, int64_t cores, int64_t count = 1) {
    tree.Charge(tree.FindLeaf(path), resources.ToAmounts(Cpu(cores)), count, Tree::Use::kUsed);
  }
  bool First(const char* a, const char* b) const {
    return tree.Before(tree.FindLeaf(a), tree.FindLeaf(b));
  }
  int64_t PastOf(const std::string& path) const {
    for (const auto& [of, past] : tree.PastUses()) {
      if (of == path) return past.Rounded(0);
    }
    return -1;
  }
  ResourceTable resources;
  Tree tree;
};

TEST_CASE("of two queues that use the same, the one that has used more comes behind") {
  Forest f(absl::Hours(1));
  CHECK(f.First("a", "b"));  // by name
  f.Use("a", 10);
  f.tree.Advance(At(1800));
  f.Use("a", 10, -1);
  CHECK(f.First("b", "a"));
  f.Use("b", 1);  // less than what is left of the past
  CHECK(f.First("b", "a"));
  f.Use("b", 10);
  CHECK(f.First("a", "b"));
  f.Use("b", 11, -1);
  f.tree.Advance(At(1800 + 3600));
  CHECK(f.First("b", "a"));
  CHECK(f.PastOf("a") == Approx(10'000 * (1 - std::exp2(-0.5)) / 2).margin(2));
  f.tree.Advance(At(1800 + 3600 * 40));
  CHECK(f.First("a", "b"));  // forgotten
}

TEST_CASE("without a half-life nothing is remembered") {
  Forest f(absl::ZeroDuration());
  f.Use("a", 10);
  f.tree.Advance(At(3600));
  f.Use("a", 10, -1);
  CHECK(f.First("a", "b"));
  CHECK(f.tree.now() == absl::InfinitePast());
}

TEST_CASE("a guarantee does not count the past") {
  QueueConfig config = Forest::Config(absl::Hours(1));
  config.queues[1].guaranteed = Cpu(5);
  ResourceTable resources;
  Tree tree(config, &resources);
  tree.SetTotal(resources.ToAmounts(Cpu(100)));
  tree.Advance(At(0));
  const QueueId a = tree.FindLeaf("a"), b = tree.FindLeaf("b");
  tree.Charge(b, resources.ToAmounts(Cpu(50)), 1, Tree::Use::kUsed);
  tree.Advance(At(3600));
  tree.Charge(b, resources.ToAmounts(Cpu(50)), -1, Tree::Use::kUsed);
  CHECK(tree.BelowGuaranteed(b));
  CHECK(tree.Before(b, a));
}

TEST_CASE("an average that was recalled counts what is found as used since") {
  Forest before(absl::Hours(1));
  before.Use("a", 10);
  before.tree.Advance(At(3600));
  Forest after(absl::Hours(1));
  Tree fresh(Forest::Config(absl::Hours(1)), &after.resources);
  for (const auto& [path, past] : before.tree.PastUses()) fresh.Recall(path, past);
  fresh.Charge(fresh.FindLeaf("a"), after.resources.ToAmounts(Cpu(10)), 1, Tree::Use::kUsed);
  fresh.Advance(At(7200));
  before.tree.Advance(At(7200));
  after.tree = fresh;
  CHECK(after.PastOf("a") == before.PastOf("a"));
  CHECK(after.PastOf("a") == Approx(7500).margin(1));
}

TEST_CASE("the past of a queue outlives its place in the config, and waits for its template") {
  Forest f(absl::Hours(1));
  AverageUse past;
  past.at = At(0);
  past.parts = {static_cast<Int128>(8'000) << 20};
  f.tree.Recall("made.n-1", past);
  f.tree.Recall("gone", past);
  f.tree.Advance(At(3600));
  CHECK(f.PastOf("made.n-1") == 8'000);  // as recalled: worked out when it is made
  const LeafChoice choice = f.tree.Choose({"", "n-1", ""});
  REQUIRE(choice.queue.valid());
  CHECK(f.PastOf("made.n-1") == 4'000);
  CHECK(f.PastOf("gone") == 8'000);
  f.tree.Advance(At(3600 * 21));
  CHECK(f.PastOf("gone") == -1);
}

TEST_CASE("a clock that was ahead stops nothing") {
  Forest f(absl::Hours(1));
  Tree fresh(Forest::Config(absl::Hours(1)), &f.resources);
  AverageUse past;
  past.at = At(1'000'000);
  past.parts = {static_cast<Int128>(8'000) << 20};
  fresh.Recall("a", past);
  fresh.Advance(At(0));
  fresh.Advance(At(3600));
  f.tree = fresh;
  CHECK(f.PastOf("a") == 4'000);
}

TEST_CASE("users who were not seen for long are swept") {
  UserPast users;
  for (int i = 0; i < 10'000; ++i) {
    users.Advance(kHour, "leaf", absl::StrCat("user-", i), {}, At(i * 600));
  }
  CHECK(users.averages().size() < 500);
  CHECK(users.averages().count({"leaf", "user-9999"}) == 1);
}

TEST_CASE("under steady use the order is what it is without the past") {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    Dice dice(seed);
    Forest with(absl::Hours(1)), without(absl::ZeroDuration());
    const int a = dice.Between(0, 20), b = dice.Between(0, 20);
    for (Forest* f : {&with, &without}) {
      f->Use("a", a);
      f->Use("b", b);
    }
    with.tree.Advance(At(3600LL * dice.Between(0, 100)));
    CAPTURE(seed, a, b);
    REQUIRE(with.First("a", "b") == without.First("a", "b"));
  }
}

}  // namespace
}  // namespace muster::test
