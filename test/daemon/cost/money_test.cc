// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/money.h"

#include <catch2/catch.hpp>

namespace muster::daemon {
namespace {

constexpr int64_t kGi = int64_t{1} << 30;
constexpr int64_t kBillion = 1'000'000'000;

Node Machine(const Labels& labels) {
  Node node;
  node.labels = labels;
  node.allocatable = {{kCpu, 4000}, {kMemory, 8 * kGi}, {kPods, 10}};
  return node;
}

Node M5(const std::string& capacity) {
  return Machine(
      {{"karpenter.sh/capacity-type", capacity}, {"node.kubernetes.io/instance-type", "m5"}});
}

Prices Table() {
  Prices prices;
  prices.resources = {{"cpu", kBillion / 10}, {"memory", kBillion / 20}};  // 0.4 + 0.4 = 0.8
  prices.nodes["m5"] = {4 * kBillion / 5, 2 * kBillion / 5};
  prices.nodes["only-spot"] = {std::nullopt, kBillion};
  return prices;
}

TEST_CASE("node types are read from the labels of Karpenter, EKS and the kubelet") {
  CHECK(NodeTypeOf(M5("spot")) == "m5/spot");
  CHECK(NodeTypeOf(M5("on-demand")) == "m5/on-demand");
  CHECK(NodeTypeOf(Machine({{"eks.amazonaws.com/capacityType", "ON_DEMAND"}})) ==
        "unknown/on-demand");
  CHECK(NodeTypeOf(Machine({{"eks.amazonaws.com/capacityType", "SPOT"}})) == "unknown/spot");
  CHECK(NodeTypeOf(Machine({})) == "unknown/unknown");
}

TEST_CASE("a listed node's price is divided among its resources, and nothing of it is lost") {
  const ResourceTable resources;
  const Amounts whole{4000, 8 * kGi, 10};
  const auto sum = [&](const Node& node, const Amounts& each) {
    const Amounts money = MoneyAnHour(Table(), node, resources, each);
    return money[0] + money[1] + money[2];
  };
  CHECK(sum(M5("on-demand"), whole) == 800 * kBillion);
  CHECK(sum(M5("spot"), whole) == 400 * kBillion);
  CHECK(sum(M5("reserved"), whole) == 800 * kBillion);
  const Amounts half = MoneyAnHour(Table(), M5("spot"), resources, {2000, 0, 1});
  CHECK(half == Amounts{100 * kBillion, 0, 0});
  const Node only_spot = Machine({{"node.kubernetes.io/instance-type", "only-spot"}});
  CHECK(sum(only_spot, whole) == 1000 * kBillion);
}

TEST_CASE("elsewhere each resource has its own price, and without prices nothing has one") {
  const ResourceTable resources;
  const Node other = Machine({{"node.kubernetes.io/instance-type", "c7"}});
  CHECK(MoneyAnHour(Table(), other, resources, {1500, 3 * kGi / 2, 1}) ==
        Amounts{150 * kBillion, 75 * kBillion, 0});
  CHECK(MoneyAnHour(Prices(), other, resources, {1500, kGi, 1}) == Amounts{0, 0, 0});
}

TEST_CASE("the largest prices and amounts overflow nothing") {
  ResourceTable resources;
  const uint32_t column = resources.Column("example.com/thing");
  Prices prices;
  prices.resources = {{"example.com/thing", 1'000'000 * kBillion}};
  Node node = Machine({{"node.kubernetes.io/instance-type", "huge"}});
  node.allocatable = {{"example.com/thing", kLargestAmount}};
  Amounts each(column + 1, 0);
  each[column] = kLargestAmount;
  CHECK(MoneyAnHour(prices, node, resources, each)[column] == kMostAnHour);
  prices.nodes["huge"] = {1'000 * kBillion, std::nullopt};
  CHECK(MoneyAnHour(prices, node, resources, each)[column] == 1'000'000 * kBillion);
  each[column] = kLargestAmount + 1;
  CHECK(MoneyAnHour(prices, node, resources, each)[column] == 1'000'000 * kBillion);
}

}  // namespace
}  // namespace muster::daemon
