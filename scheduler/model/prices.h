// SPDX-License-Identifier: Apache-2.0
// What room costs, as the config says. A price is of an hour, in billionths of a unit of the
// currency. They are shown, and decide nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace muster {

struct NodePrice {
  std::optional<int64_t> on_demand;
  std::optional<int64_t> spot;
  friend bool operator==(const NodePrice&, const NodePrice&) = default;
};

struct Prices {
  std::string currency = "USD";
  // Of a core, of a GiB of memory or storage, of a piece of anything else. They price nodes that
  // are not listed below, and say what part of a listed node's price each resource bears.
  std::map<std::string, int64_t> resources;
  // By the label node.kubernetes.io/instance-type.
  std::map<std::string, NodePrice> nodes;

  // No prices: what is used is counted, and costs nothing.
  bool empty() const { return resources.empty(); }
  friend bool operator==(const Prices&, const Prices&) = default;
};

}  // namespace muster
