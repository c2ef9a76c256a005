// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/queue_spec.h"

// muster.yaml -> QueueConfig, validated whole: the result keeps every promise of queue_spec.h, or
// there is none and all errors are reported, each with line, column, field and expectation.
//
//   scorer: bin-pack                # or spread; optional
//   queues:                         # at least one
//   - name: analytics               # letters, digits, - and _; a path (a.b) is at most 63 long
//     weight: 3                     # 1..1000000, default 1
//     guaranteed: {cpu: 40, memory: 160Gi}
//     max: {cpu: 120}
//     queues:                       # inner queues carry no order and no namespaces
//     - name: adhoc
//       order: fair                 # default fifo
//       namespaces: [team-a, "etl-*"]
//
// Rules over the tree: no two siblings share a name; guaranteed is at most max; what the children
// of a queue are guaranteed is, in sum, at most what it is guaranteed itself (else the guarantee
// could be refused one level up); no namespace belongs to two queues, since it names the default
// queue.
//
// Fields of the design that this version does not act on are refused ("is not supported by this
// version"), unless the value asks for exactly what this version does: `backfill: false`,
// `autoscale: none`, `zone: any`, `preemptible: false`. Both values of `reclaimable` would change
// what a queue may start, so both are refused.
namespace muster::codec {

// `file` is only named in errors.
absl::StatusOr<QueueConfig> ParseQueueConfig(absl::string_view file, absl::string_view text);

// The same two keys (`queues`, `scorer`) inside a larger document; errors go to the map's own. The
// result is only meaningful where none were added.
QueueConfig ReadQueueConfig(YamlMap* map);

}  // namespace muster::codec
