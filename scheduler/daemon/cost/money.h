// SPDX-License-Identifier: Apache-2.0
// What room on a node costs, exactly: integers alone, so that sums over time depend on no order.
#pragma once

#include <string>

#include "scheduler/model/amounts.h"
#include "scheduler/model/node.h"
#include "scheduler/model/prices.h"

namespace muster::daemon {

inline constexpr absl::string_view kInstanceTypeLabel = "node.kubernetes.io/instance-type";

// "spot", "on-demand", or what the label says that Karpenter (karpenter.sh/capacity-type) or EKS
// (eks.amazonaws.com/capacityType) writes, in lower case with "-"; empty where there is none.
std::string CapacityTypeOf(const Node& node);

// "m5.4xlarge/spot"; "unknown" for what no label tells.
std::string NodeTypeOf(const Node& node);

// No pod costs more for one resource, 10,000 units of the currency an hour: so sums over years fit
// 128 bits, whatever the config says.
inline constexpr int64_t kMostAnHour = 10'000'000'000'000'000;

// Trillionths of a unit of the currency for an hour of each resource, by column, as `each`.
//
// On a node that the table lists, the node's price is divided among its resources by what the table
// says that they cost in themselves, so that all that the node has costs what the node costs, to
// the last few trillionths. On another node that is their price. A node that is not spot, or of an
// unknown capacity type, costs what it costs on demand, where that is listed.
Amounts MoneyAnHour(const Prices& prices, const Node& node, const ResourceTable& resources,
                    const Amounts& each);

}  // namespace muster::daemon
