// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/prices.h"

// The key `prices` of muster.yaml:
//
//   prices:
//     currency: EUR                                # as it is to be shown; default USD
//     resources: {cpu: 0.031, memory: 0.0042}      # an hour of a core, of a GiB, of a piece
//     nodes:
//     - instanceType: m5.4xlarge                   # label node.kubernetes.io/instance-type
//       onDemand: 0.768                            # an hour of the node; one of both at least
//       spot: 0.307
//
// A price is a decimal number from 0 to 1000000 with at most nine places. `resources` is required
// and names at least one price above 0: it says how a node's price is divided.
namespace muster::codec {

// Errors go to the field's own; the result is only meaningful where none were added.
Prices ReadPrices(const YamlField& field);

}  // namespace muster::codec
