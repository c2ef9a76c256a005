// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/view/units.h"

#include <algorithm>

namespace muster::daemon {
namespace {

constexpr double kMilli = 1e-3;

void AddQuantity(const ResourceTable& resources, uint32_t column, int64_t amount,
                 QuantityList* out) {
  v1::Quantity* quantity = out->Add();
  quantity->set_resource(std::string(resources.Name(column)));
  quantity->set_text(AmountToString(resources.Name(column), amount));
  quantity->set_value(static_cast<double>(amount) * (column == kCpuColumn ? kMilli : 1));
}

}  // namespace

void AddQuantities(const ResourceTable& resources, const Amounts& amounts, int64_t left_out,
                   QuantityList* out) {
  for (uint32_t column = 0; column < amounts.size(); ++column) {
    if (amounts[column] != left_out) AddQuantity(resources, column, amounts[column], out);
  }
}

void AddQuantitiesOf(const ResourceTable& resources, const Amounts& cluster, const Amounts& amounts,
                     QuantityList* out) {
  for (uint32_t column = 0; column < resources.size(); ++column) {
    const int64_t amount = AmountAt(amounts, column);
    if (amount != 0 || AmountAt(cluster, column) != 0) {
      AddQuantity(resources, column, amount, out);
    }
  }
}

google::protobuf::Timestamp Timestamp(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t nanos = absl::ToUnixNanos(time);
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(nanos - seconds * 1'000'000'000));
  return out;
}

google::protobuf::Duration Span(absl::Duration duration) {
  google::protobuf::Duration out;
  const int64_t millis = std::max<int64_t>(0, absl::ToInt64Milliseconds(duration));
  out.set_seconds(millis / 1000);
  out.set_nanos(static_cast<int32_t>(millis % 1000) * 1'000'000);
  return out;
}

double DominantPart(const Amounts& taken, const Amounts& total, uint32_t* column) {
  double largest = 0;
  *column = kCpuColumn;
  for (uint32_t i = 0; i < taken.size(); ++i) {
    if (taken[i] <= 0) continue;
    const int64_t whole = AmountAt(total, i);
    const double part = whole <= 0 ? 1 : static_cast<double>(taken[i]) / static_cast<double>(whole);
    if (part <= largest) continue;
    largest = part;
    *column = i;
  }
  return largest;
}

}  // namespace muster::daemon
