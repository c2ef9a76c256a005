// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/ledger.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

Account Of(const std::string& app) { return {"etl", "team", "team/x", app, "m5/spot"}; }

double CoreSeconds(const CostSums& sums, CostKind kind) {
  return InSeconds(kCpuColumn, sums[static_cast<size_t>(kind)].amount(kCpuColumn));
}

TEST_CASE("a rate is integrated over time, in base units and money") {
  Ledger ledger;
  const Part part{{1500, 1 << 20}, {30'000'000'000, 0}};  // 1.5 cores, 0.03 an hour
  const Ledger::Id id = ledger.Open(Of("a"));
  ledger.Change(id, CostKind::kRequested, part, 2, kStart);
  ledger.Change(id, CostKind::kRequested, part, -1, kStart + absl::Seconds(100));
  ledger.Lose(id, part, kStart, kStart + absl::Seconds(100));
  const auto rows = ledger.Since(absl::InfinitePast(), kStart + absl::Seconds(150));
  REQUIRE(rows.size() == 1);
  const CostSums& sums = rows.at(Of("a"));
  CHECK(CoreSeconds(sums, CostKind::kRequested) == Approx(1.5 * 250));
  CHECK(CoreSeconds(sums, CostKind::kLost) == Approx(150));
  CHECK(CoreSeconds(sums, CostKind::kIdle) == 0);
  CHECK(InCurrency(sums[0].money(0)) == Approx(0.03 * 250 / 3600));
}

TEST_CASE("what is asked for begins with a whole hour, and old hours are dropped") {
  Ledger ledger;
  const Part core{{1000}, {}};
  ledger.Change(ledger.Open(Of("a")), CostKind::kRequested, core, 1, kStart);
  const absl::Time later = kStart + absl::Hours(300);
  const auto hours = [&](absl::Time since) {
    const auto rows = ledger.Since(since, later);
    return CoreSeconds(rows.at(Of("a")), CostKind::kRequested) / 3600;
  };
  CHECK(hours(later - absl::Minutes(1)) < 1);
  CHECK(hours(later - absl::Hours(2)) >= 2);
  CHECK(hours(later - absl::Hours(2)) <= 3);
  CHECK(hours(absl::InfinitePast()) <= Ledger::kKept);
  CHECK(hours(absl::InfinitePast()) > Ledger::kKept - 1);
  CHECK(later - ledger.Covers(absl::InfinitePast()) <= Ledger::kHour * Ledger::kKept);
}

TEST_CASE("accounts and entries are bounded, and what is no longer needed is forgotten") {
  Ledger ledger(Ledger::Limits{10, 50});
  const Part core{{1000}, {}};
  absl::Time now = kStart;
  double seconds = 0;
  for (int i = 0; i < 1000; ++i) {
    const Ledger::Id id = ledger.Open(Of(absl::StrCat("app-", i)));
    ledger.Change(id, CostKind::kRequested, core, 1, now);
    now += absl::Minutes(7);
    ledger.Change(id, CostKind::kRequested, core, -1, now);
    seconds += 7 * 60;
    const auto& totals = ledger.QueueTotals(now, {"etl"});
    REQUIRE(CoreSeconds(totals.at("etl"), CostKind::kRequested) == Approx(seconds));
    REQUIRE(ledger.accounts() <= 11);
    REQUIRE(ledger.entries() <= 50 + 11);
  }
  CHECK(ledger.QueueTotals(now, {}).empty());
}

}  // namespace
}  // namespace muster::daemon
