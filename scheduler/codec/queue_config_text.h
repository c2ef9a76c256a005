// SPDX-License-Identifier: Apache-2.0
// QueueConfig -> muster.yaml: what ParseQueueConfig reads back as the same config.
#pragma once

#include <string>

#include "scheduler/model/queue_spec.h"

namespace muster::codec {

// A line for each key of the top level, and one for each queue of the top level.
std::string QueueConfigText(const QueueConfig& config);
// The same as one flow mapping, "{scorer: spread, queues: [{name: etl}]}".
std::string QueueConfigLine(const QueueConfig& config);

}  // namespace muster::codec
