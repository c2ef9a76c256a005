// SPDX-License-Identifier: Apache-2.0
// What a world tells the scheduler: facts, in the order in which they were observed. Events are
// idempotent: hearing a fact twice changes nothing.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/forecast.h"
#include "scheduler/model/memory.h"
#include "scheduler/model/node.h"
#include "scheduler/model/pod.h"
#include "scheduler/model/queue_spec.h"

namespace muster {

// The pod was added or changed.
struct PodSeen {
  Pod pod;
};
struct PodGone {
  std::string uid;
};
struct NodeSeen {
  Node node;
};
struct NodeGone {
  std::string name;
};
// A valid queue config; an invalid one never becomes an event.
struct QueuesSeen {
  QueueConfig config;
};
// The answer to loop::ForecastWanted.
struct ForecastSeen {
  std::string driver_uid;
  Forecast forecast;
};
// An object that a driver's forecast needs cannot be read (yet): the world keeps trying.
// `object` names it: "ConfigMap team-a/spark-drv-1-conf-map".
struct ForecastMissing {
  std::string driver_uid;
  std::string object;
};
// How a bind ended. The third outcome, unknown, is no event: the world reads the pod back until it
// knows, and the placement stands meanwhile.
struct BindAccepted {
  std::string uid;
};
struct BindRefused {
  std::string uid;
  int code = 0;  // HTTP status
  std::string message;
};
// The API server will not have these pods of one victim evicted now (a PodDisruptionBudget, or a
// failure): none of them has been.
struct EvictionRefused {
  std::vector<std::string> uids;
  int code = 0;  // HTTP status; 0: nobody refused them, they stay since others do
  std::string message;
};
// What an earlier daemon remembered; before Synced, and only where there is such a record.
struct MemorySeen {
  Memory memory;
};
// Every kind has been listed whole: decisions may begin.
struct Synced {};

using Event =
    std::variant<PodSeen, PodGone, NodeSeen, NodeGone, QueuesSeen, ForecastSeen, ForecastMissing,
                 BindAccepted, BindRefused, EvictionRefused, MemorySeen, Synced>;

}  // namespace muster
