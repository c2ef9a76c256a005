// SPDX-License-Identifier: Apache-2.0
// The queue config as users write it (muster.yaml), already validated: names unique and well
// formed, guarantees of children within the parent's, guaranteed within max.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/model/resource_list.h"

namespace muster {

enum class LeafOrder { kFifo, kFair };

struct QueueSpec {
  std::string name;  // one segment of the path, e.g. "adhoc" of analytics.adhoc
  int64_t weight = 1;
  ResourceList guaranteed;
  ResourceList max;  // resources not named are unlimited; a named 0 means none
  LeafOrder order = LeafOrder::kFifo;
  // Globs (* and ?) of the namespaces that may submit; leaves only. Empty: every namespace may, but
  // the queue is nobody's default.
  std::vector<std::string> namespaces;
  std::vector<QueueSpec> queues;

  friend bool operator==(const QueueSpec&, const QueueSpec&) = default;
};

struct QueueConfig {
  std::vector<QueueSpec> queues;
  // How nodes are chosen where several would do: pack them tight, or level them.
  std::string scorer = "bin-pack";

  friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

// The config in force where none is given: one leaf "default", open to everyone.
QueueConfig DefaultQueueConfig();

}  // namespace muster
