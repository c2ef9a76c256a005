// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cost/money.h"

#include <algorithm>
#include <optional>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace muster::daemon {
namespace {

constexpr absl::string_view kCapacityLabels[] = {"karpenter.sh/capacity-type",
                                                 "eks.amazonaws.com/capacityType"};
constexpr absl::string_view kSpot = "spot";
constexpr int64_t kGi = int64_t{1} << 30;
constexpr int64_t kTrillionths = 1000;  // of a billionth

std::string LabelOf(const Node& node, absl::string_view name) {
  const std::string* value = FindLabel(node.labels, name);
  return value == nullptr ? "" : *value;
}

// How much of the resource a price is of.
int64_t UnitOf(absl::string_view resource) {
  if (resource == kCpu) return 1000;
  const bool bytes = resource == kMemory || resource == kEphemeralStorage ||
                     absl::StartsWith(resource, "hugepages-");
  return bytes ? kGi : 1;
}

int64_t PriceOf(const Prices& prices, absl::string_view resource) {
  const auto found = prices.resources.find(std::string(resource));
  return found == prices.resources.end() ? 0 : found->second;
}

std::optional<int64_t> PriceOf(const Prices& prices, const Node& node) {
  const auto found = prices.nodes.find(LabelOf(node, kInstanceTypeLabel));
  if (found == prices.nodes.end()) return std::nullopt;
  const NodePrice& price = found->second;
  const bool spot = CapacityTypeOf(node) == kSpot;
  return spot ? (price.spot.has_value() ? price.spot : price.on_demand)
              : (price.on_demand.has_value() ? price.on_demand : price.spot);
}

int64_t Narrow(absl::int128 value) {
  return value > kMostAnHour ? kMostAnHour : static_cast<int64_t>(value);
}

// whole * part / worth, for part at most worth and whole below 2^60.
absl::int128 Divide(absl::int128 whole, absl::int128 part, absl::int128 worth) {
  constexpr absl::int128 kWide = absl::int128(1) << 66;
  while (worth >= kWide) {
    worth /= 2;
    part /= 2;
  }
  return whole * part / worth;
}

// Of so much of the resource, at the price in the table.
absl::int128 Worth(int64_t price, absl::string_view resource, int64_t amount) {
  return absl::int128(price) * kTrillionths * amount / UnitOf(resource);
}

}  // namespace

std::string CapacityTypeOf(const Node& node) {
  for (absl::string_view label : kCapacityLabels) {
    const std::string value = LabelOf(node, label);
    if (!value.empty()) return absl::AsciiStrToLower(absl::StrReplaceAll(value, {{"_", "-"}}));
  }
  return "";
}

std::string NodeTypeOf(const Node& node) {
  const std::string type = LabelOf(node, kInstanceTypeLabel);
  const std::string capacity = CapacityTypeOf(node);
  return absl::StrCat(type.empty() ? "unknown" : type, "/",
                      capacity.empty() ? "unknown" : capacity);
}

Amounts MoneyAnHour(const Prices& prices, const Node& node, const ResourceTable& resources,
                    const Amounts& each) {
  Amounts money(each.size(), 0);
  if (prices.empty()) return money;
  const std::optional<int64_t> whole = PriceOf(prices, node);
  absl::int128 worth = 0;  // of all that the node has
  for (const auto& [resource, amount] : node.allocatable.entries()) {
    worth += Worth(PriceOf(prices, resource), resource, amount);
  }
  for (size_t column = 0; column < each.size(); ++column) {
    const absl::string_view resource = resources.Name(static_cast<uint32_t>(column));
    const absl::int128 part = Worth(PriceOf(prices, resource), resource, each[column]);
    const bool listed = whole.has_value() && worth > 0;
    money[column] = Narrow(
        listed ? Divide(absl::int128(*whole) * kTrillionths, std::min(part, worth), worth) : part);
  }
  return money;
}

}  // namespace muster::daemon
