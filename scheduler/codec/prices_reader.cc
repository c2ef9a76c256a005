// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/prices_reader.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr int64_t kBillion = 1'000'000'000;
constexpr int64_t kHighest = 1'000'000;
constexpr size_t kPlaces = 9;
constexpr size_t kLongestCurrency = 8;

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

std::optional<int64_t> ParsePrice(const std::string& text) {
  const size_t point = text.find('.');
  const std::string whole = text.substr(0, point);
  std::string part = point == std::string::npos ? "0" : text.substr(point + 1);
  if (!AllDigits(whole) || !AllDigits(part) || part.size() > kPlaces) return std::nullopt;
  part.resize(kPlaces, '0');
  int64_t units = 0;
  int64_t billionths = 0;
  if (!absl::SimpleAtoi(whole, &units) || !absl::SimpleAtoi(part, &billionths)) return std::nullopt;
  if (units > kHighest || (units == kHighest && billionths > 0)) return std::nullopt;
  return units * kBillion + billionths;
}

std::optional<int64_t> ReadPrice(const YamlField& field) {
  constexpr absl::string_view kExpected =
      "a price of an hour, from 0 to 1000000 with at most 9 places, such as 0.768";
  const bool number = field.node().kind == YamlNode::Kind::kScalar && !field.node().quoted;
  const std::optional<int64_t> price = number ? ParsePrice(field.node().text) : std::nullopt;
  if (!price.has_value()) field.Expected(kExpected);
  return price;
}

void ReadResources(const YamlField& field, Prices* prices) {
  YamlMap map(field);
  if (!map.valid()) return;
  int64_t highest = 0;
  bool whole = true;
  for (const auto& [resource, entry] : map.Entries()) {
    const std::optional<int64_t> price = ReadPrice(entry);
    whole = whole && price.has_value();
    if (!price.has_value()) continue;
    prices->resources[resource] = *price;
    highest = std::max(highest, *price);
  }
  if (whole && highest == 0) {
    field.Error("expected at least one price above 0, since it divides what a node costs");
  }
}

void ReadNode(const YamlField& field, Prices* prices) {
  YamlMap map(field);
  if (!map.valid()) return;
  const auto type =
      map.Required("instanceType", "a value of label node.kubernetes.io/instance-type");
  const std::string name =
      type.has_value() ? type->Text("an instance type").value_or("") : std::string();
  NodePrice price;
  if (const auto on_demand = map.Optional("onDemand")) price.on_demand = ReadPrice(*on_demand);
  const auto spot = map.Optional("spot");
  if (spot.has_value()) price.spot = ReadPrice(*spot);
  if (!map.Optional("onDemand").has_value() && !spot.has_value()) {
    field.Error("expected the key onDemand or spot, or both");
  }
  if (type.has_value() && !name.empty() && !prices->nodes.emplace(name, price).second) {
    type->Error(absl::StrCat("the instance type ", Quoted(name), " is priced twice"));
  }
  map.Finish();
}

}  // namespace

Prices ReadPrices(const YamlField& field) {
  Prices prices;
  YamlMap map(field);
  if (!map.valid()) return prices;
  if (const auto currency = map.Optional("currency")) {
    prices.currency = currency->Text("a currency").value_or("");
    const bool plain =
        !prices.currency.empty() && prices.currency.size() <= kLongestCurrency &&
        std::all_of(prices.currency.begin(), prices.currency.end(), absl::ascii_isalpha);
    if (currency->node().kind == YamlNode::Kind::kScalar && !plain) {
      currency->Expected("a currency of at most 8 letters, such as USD");
    }
  }
  if (const auto resources = map.Required("resources", "prices by resource, such as {cpu: 0.03}")) {
    ReadResources(*resources, &prices);
  }
  if (const auto nodes = map.Optional("nodes")) {
    for (const YamlField& node : nodes->Items()) ReadNode(node, &prices);
  }
  map.Finish();
  return prices;
}

}  // namespace muster::codec
