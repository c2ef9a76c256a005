// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/queue_spec.h"

// muster.yaml -> QueueConfig, validated whole: the result keeps every promise of queue_spec.h, or
// there is none and all errors are reported, each with line, column, field and expectation. All
// keys are described in README.md, "Queues".
//
//   scorer: bin-pack                # or spread; optional
//   groups: {night: ["team-a/*"]}   # whom the limits `groups` of queues are of
//   userLabel: muster.dev/user      # the one label that the admission policy protects
//   fairness: {halfLife: 1h}
//   prices: {resources: {cpu: 0.03}}   # prices_reader.h
//   history: {url: "https://history.example.com/history/{app}"}   # link_template.h
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
// queue; no queue is such that it could never start a gang (queue_guarantees.h).
//
// What the design has and this version does not act on is refused ("is not supported by this
// version"): any `zone` but any, any `autoscale` but none and driver.
namespace muster::codec {

// `file` is only named in errors.
absl::StatusOr<QueueConfig> ParseQueueConfig(absl::string_view file, absl::string_view text);

// The same keys inside a larger document; errors go to the map's own. The
// result is only meaningful where none were added.
QueueConfig ReadQueueConfig(YamlMap* map);

}  // namespace muster::codec
