// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/rows.h"

#include <catch2/catch.hpp>
#include <set>

namespace muster::daemon {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
constexpr double kGi = 1 << 30;

// Two apps of two namespaces: 2 cores and 1 GiB each, for an hour, of which a core is held idle.
struct Books {
  Books() {
    const Part part{{2000, int64_t{1} << 30, 1}, {80'000'000'000, 5'000'000'000, 0}};
    const Part core{{1000, 0, 0}, {40'000'000'000, 0, 0}};
    for (const char* ns : {"team-a", "team-b"}) {
      const auto id = ledger.Open({"etl", ns, std::string(ns) + "/x", "app", "m5/spot"});
      ledger.Change(id, CostKind::kRequested, part, 1, kStart);
      ledger.Change(id, CostKind::kIdle, core, 1, kStart);
    }
  }

  absl::StatusOr<v1::GetCostResponse> Ask(const v1::GetCostRequest& request,
                                          const Sight& sight = {}) {
    return CostRows(request, sight, resources, "EUR", kStart + absl::Hours(1), &ledger);
  }

  ResourceTable resources;
  Ledger ledger;
};

Sight OnlyOf(std::set<std::string> namespaces) {
  Sight sight;
  sight.namespaces = std::move(namespaces);
  return sight;
}

TEST_CASE("rows are in base units and money, by resource") {
  Books books;
  const auto response = books.Ask({});
  REQUIRE(response.ok());
  CHECK(response->currency() == "EUR");
  CHECK(response->since().seconds() == absl::ToUnixSeconds(kStart));
  CHECK(response->until().seconds() == absl::ToUnixSeconds(kStart) + 3600);
  REQUIRE(response->rows_size() == 3);
  const v1::CostRow& cpu = response->rows(0);
  CHECK(cpu.key() == "etl");
  CHECK(cpu.resource() == "cpu");
  CHECK(cpu.requested() == Approx(4 * 3600));
  CHECK(cpu.held_idle() == Approx(2 * 3600));
  CHECK(cpu.lost() == 0);
  CHECK(cpu.money() == Approx(2 * 0.12));
  CHECK(response->rows(1).resource() == "memory");
  CHECK(response->rows(1).requested() == Approx(2 * kGi * 3600));
  CHECK(response->rows(1).money() == Approx(2 * 0.005));
}

TEST_CASE("rows are grouped as asked for, and only what the caller may see is in them") {
  Books books;
  v1::GetCostRequest request;
  for (const auto& [group, key] : std::map<std::string, std::string>{
           {"namespace", "team-a"}, {"user", "team-a/x"}, {"app", "app"}, {"node", "m5/spot"}}) {
    request.set_group_by(group);
    const auto response = books.Ask(request, OnlyOf({"team-a"}));
    REQUIRE(response.ok());
    REQUIRE(response->rows_size() == 3);
    CHECK(response->rows(0).key() == key);
    CHECK(response->rows(0).requested() == Approx(2 * 3600));
  }
  CHECK(books.Ask(request, OnlyOf({}))->rows_size() == 0);
  request.set_group_by("zone");
  CHECK(books.Ask(request).status().message() ==
        "group_by: expected queue, namespace, user, app or node, got \"zone\"");
  CHECK(absl::IsInvalidArgument(books.Ask(request).status()));
}

TEST_CASE("an empty ledger has no rows") {
  Ledger ledger;
  const auto response = CostRows({}, {}, ResourceTable(), "USD", kStart, &ledger);
  REQUIRE(response.ok());
  CHECK(response->rows_size() == 0);
}

TEST_CASE("times that no one can mean are answered all the same") {
  Books books;
  v1::GetCostRequest request;
  for (int64_t seconds : {int64_t{-1} << 62, int64_t{1} << 62, int64_t{0}}) {
    request.mutable_since()->set_seconds(seconds);
    CHECK(books.Ask(request).ok());
  }
}

}  // namespace
}  // namespace muster::daemon
