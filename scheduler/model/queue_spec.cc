// SPDX-License-Identifier: Apache-2.0
#include "scheduler/model/queue_spec.h"

namespace muster {

QueueConfig DefaultQueueConfig() {
  QueueConfig config;
  config.queues.emplace_back();
  config.queues.back().name = "default";
  return config;
}

}  // namespace muster
