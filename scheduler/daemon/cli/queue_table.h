// SPDX-License-Identifier: Apache-2.0
// Queues as a tree, one line for each resource that a queue uses or that is limited.
#pragma once

#include <string>

#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/table.h"

namespace muster::daemon::cli {

Table QueueTable(const v1::ListQueuesResponse& queues, bool wide);

// Its last segment below its parent, `depth` levels in; a path at depth 0. Says if it is not open.
std::string QueueLabel(const v1::Queue& queue, size_t depth);

// "CapacityShort 2, BehindHead 5".
std::string ReasonCounts(const v1::Queue& queue);

// "cluster: cpu 21% of 400, memory 20% of 1600Gi": what queues use and hold of what is there.
std::string ClusterLine(const v1::ListQueuesResponse& queues);

}  // namespace muster::daemon::cli
