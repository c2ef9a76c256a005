// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/queue_spec.h"

// Whether what queues are guaranteed can be kept: by each queue to those below it, and between
// siblings. With `guaranteed` within a queue's own max, and what its inner queues are guaranteed
// within that, no guarantee exceeds a max at any level.
namespace muster::codec {

// What the inner queues are guaranteed in sum is at most what the queue is guaranteed. Reported at
// `at`, with the sums.
void CheckChildren(const QueueSpec& spec, const std::string& path, const YamlField& at);

// A queue that nobody may reclaim from stays within its own guarantee of what siblings are
// guaranteed; guaranteed no CPU, memory or pods it could never start a gang. `items`: the siblings'
// places; `reclaimable`: what is above them may be reclaimed from.
void CheckReclaimable(const std::vector<QueueSpec>& siblings, const std::vector<YamlField>& items,
                      bool reclaimable);

// A template lists namespaces, and is guaranteed something only where these can be counted.
void CheckTemplate(const QueueSpec& spec, const YamlField& at);

}  // namespace muster::codec
