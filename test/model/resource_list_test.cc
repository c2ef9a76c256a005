// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/resource_list.h"

#include <limits>

#include "catch2/catch.hpp"
#include "scheduler/model/amounts.h"

namespace muster {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMi = int64_t{1} << 20;

TEST_CASE("sums and products stop at the ends instead of wrapping") {
  struct Row {
    int64_t a, b, sum, product;
  };
  for (const Row& row : {
           Row{1, 2, 3, 2},
           Row{kMax, 1, kMax, kMax},
           Row{kMax, kMax, kMax, kMax},
           Row{kMin, -1, kMin, kMax},
           Row{kMin, 1, kMin + 1, kMin},
           Row{kMax, -2, kMax - 2, kMin},
           Row{0, kMin, kMin, 0},
           Row{kMin, kMin, kMin, kMax},
           Row{-3, 5, 2, -15},
       }) {
    CAPTURE(row.a, row.b);
    CHECK(SaturatingAdd(row.a, row.b) == row.sum);
    CHECK(SaturatingAdd(row.b, row.a) == row.sum);
    CHECK(SaturatingMultiply(row.a, row.b) == row.product);
    CHECK(SaturatingMultiply(row.b, row.a) == row.product);
  }
}

TEST_CASE("amounts are written in the units that people use") {
  struct Row {
    const char* resource;
    int64_t amount;
    const char* text;
  };
  for (const Row& row : {
           Row{"cpu", 0, "0"},
           Row{"cpu", 1500, "1500m"},
           Row{"cpu", 2000, "2"},
           Row{"cpu", -500, "-500m"},
           Row{"memory", 0, "0"},
           Row{"memory", 1023, "1023"},
           Row{"memory", 1024, "1Ki"},
           Row{"memory", 1408 * kMi, "1408Mi"},
           Row{"memory", int64_t{4} << 30, "4Gi"},
           Row{"memory", int64_t{1} << 60, "1024Pi"},
           Row{"memory", -(int64_t{2} << 30), "-2Gi"},
           Row{"ephemeral-storage", int64_t{10} << 30, "10Gi"},
           Row{"hugepages-2Mi", 300 * kMi, "300Mi"},
           Row{"pods", 1024, "1024"},
           Row{"nvidia.com/gpu", 7, "7"},
       }) {
    CAPTURE(row.resource, row.amount);
    CHECK(AmountToString(row.resource, row.amount) == row.text);
  }
}

TEST_CASE("lists are sorted by name and hold no zeros unless told to") {
  ResourceList list{{"memory", 5}, {"cpu", 1}, {"gpu", 0}};
  CHECK(list == ResourceList{{"cpu", 1}, {"memory", 5}});
  list.Set("cpu", 0);
  CHECK_FALSE(list.Has("cpu"));
  list.Set("gpu", 0, /*keep_zero=*/true);
  CHECK(list.Has("gpu"));
  CHECK(list.Get("gpu") == 0);
  CHECK(list.Get("never") == 0);
  CHECK(ToString(ResourceList()) == "nothing");
  CHECK(ToString(ResourceList{{"memory", kMi}, {"cpu", 500}}) == "500m cpu, 1Mi memory");
}

TEST_CASE("adding and raising take every name of both") {
  ResourceList list{{"cpu", 1}, {"memory", 5}};
  list.Add(ResourceList{{"cpu", kMax}, {"gpu", 2}});
  CHECK(list == ResourceList{{"cpu", kMax}, {"gpu", 2}, {"memory", 5}});
  ResourceList raised{{"cpu", 3}};
  raised.RaiseTo(ResourceList{{"cpu", 2}, {"memory", 4}});
  CHECK(raised == ResourceList{{"cpu", 3}, {"memory", 4}});
}

TEST_CASE("a resource's column never changes, and a missing tail is zero") {
  ResourceTable table;
  CHECK(table.Column("cpu") == kCpuColumn);
  CHECK(table.Column("memory") == kMemoryColumn);
  CHECK(table.Column("pods") == kPodsColumn);
  const uint32_t gpu = table.Column("gpu");
  CHECK(table.Column("fpga") == gpu + 1);
  CHECK(table.Column("gpu") == gpu);
  const ResourceList list{{"cpu", 1}, {"gpu", 2}};
  const Amounts amounts = table.ToAmounts(list);
  CHECK(AmountAt(amounts, gpu) == 2);
  CHECK(AmountAt(amounts, gpu + 1) == 0);
  CHECK(table.ToList(amounts) == list);
  CHECK(AmountAt(table.ToAmounts(ResourceList{{"gpu", 0}}, 9), kCpuColumn) == 9);
}

TEST_CASE("scaled sums of columns grow to the longer one and saturate") {
  Amounts sum{1, 2};
  AddScaled(&sum, Amounts{1, kMax, 3}, 2);
  CHECK(sum == Amounts{3, kMax, 6});
  AddScaled(&sum, Amounts{1}, -3);
  CHECK(sum == Amounts{0, kMax, 6});
}

}  // namespace
}  // namespace muster
