// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/prices_reader.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"

namespace muster::codec {
namespace {

absl::StatusOr<QueueConfig> Parse(const std::string& prices) {
  return ParseQueueConfig("m.yaml", absl::StrCat("queues: [{name: a}]\nprices:\n", prices));
}

std::string ErrorOf(const std::string& prices) {
  const auto config = Parse(prices);
  return config.ok() ? "" : std::string(config.status().message());
}

TEST_CASE("prices are read exactly, in billionths") {
  const auto config = Parse(R"(  currency: EUR
  resources: {cpu: 0.031, memory: 0.004237001, nvidia.com/gpu: 2}
  nodes:
  - {instanceType: m5.4xlarge, onDemand: 0.768, spot: 0.307}
  - {instanceType: p4, onDemand: 1000000}
)");
  REQUIRE(config.ok());
  const Prices& prices = config->prices;
  CHECK_FALSE(prices.empty());
  CHECK(prices.currency == "EUR");
  CHECK(prices.resources.at("cpu") == 31'000'000);
  CHECK(prices.resources.at("memory") == 4'237'001);
  CHECK(prices.resources.at("nvidia.com/gpu") == 2'000'000'000);
  CHECK(prices.nodes.at("m5.4xlarge") == NodePrice{768'000'000, 307'000'000});
  CHECK(prices.nodes.at("p4") == NodePrice{1'000'000'000'000'000, std::nullopt});
}

TEST_CASE("without the key nothing has a price") {
  const auto config = ParseQueueConfig("m.yaml", "queues: [{name: a}]\n");
  REQUIRE(config.ok());
  CHECK(config->prices.empty());
}

TEST_CASE("mistakes in prices are named with line, column and expectation") {
  const std::string start = "  resources: {cpu: 1}\n";
  CHECK(ErrorOf("  currency: USD\n") ==
        "m.yaml:3:3: prices: the key \"resources\" is missing; expected prices by resource, such "
        "as {cpu: "
        "0.03}");
  CHECK(ErrorOf("  resources: {cpu: -1}\n") ==
        "m.yaml:3:20: prices.resources.cpu: expected a price of an hour, from 0 to 1000000 with at "
        "most 9 places, such as 0.768, got \"-1\"");
  for (const char* bad : {"1000000.1", "0.0000000001", "1e3", ".5", "5.", "\"1\"", "much", "[1]",
                          "99999999999999999999", "0x10", "1,5x"}) {
    CAPTURE(bad);
    CHECK_FALSE(ErrorOf(absl::StrCat("  resources: {cpu: ", bad, "}\n")).empty());
  }
  CHECK(ErrorOf("  resources: {cpu: 0}\n")
            .find("m.yaml:3:14: prices.resources: expected at least "
                  "one price above 0") == 0);
  CHECK(ErrorOf(start + "  currency: \"$<b>\"\n")
            .find("m.yaml:4:13: prices.currency: expected a "
                  "currency") == 0);
  CHECK(ErrorOf(start + "  nodes:\n  - {instanceType: a}\n")
            .find("m.yaml:5:5: prices.nodes[0]: expected the key onDemand or spot") == 0);
  CHECK(ErrorOf(start + "  nodes:\n  - {spot: 1}\n").find("instanceType") != std::string::npos);
  CHECK(ErrorOf(start + "  nodes:\n  - {instanceType: a, spot: 1}\n  - {instanceType: a, spot: "
                        "2}\n")
            .find("m.yaml:6:20: prices.nodes[1].instanceType: the instance type \"a\" is priced "
                  "twice") == 0);
  CHECK(
      ErrorOf(start + "  nodes:\n  - {instanceType: a, ondemand: 1, spot: 1}\n").find("onDemand") !=
      std::string::npos);
}

}  // namespace
}  // namespace muster::codec
