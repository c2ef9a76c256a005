// SPDX-License-Identifier: Apache-2.0
// The seams between the loop and a world (Kubernetes or the simulator): what it tells (Feed), what
// it is asked to do (Actuator), what time it is (Clock). Actions name objects as the API does: a
// world knows nothing of the state's ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/event.h"
#include "scheduler/model/memory.h"

namespace muster::loop {

class Feed {
 public:
  virtual ~Feed() = default;
  // Appends what was observed since the last call, in order. Waits for something at most until
  // `until` (in the past: does not wait). Returns false when the world is closed for good.
  virtual bool Drain(std::vector<Event>* events, absl::Time until) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

struct PodRef {
  std::string uid;
  std::string ns;
  std::string name;
};

// Bind the pod to the node, with the uid as precondition; the stamp rides on the Binding as
// annotations muster.dev/bound-* (codec/stamp.h), which the API server merges into the pod.
// Answered by BindAccepted or BindRefused, or by PodGone; an unknown outcome is resolved by the
// world (a read by UID), never reported as one of these.
struct BindPod {
  PodRef pod;
  std::string node;
  Stamp stamp;
};

// DELETE with the uid as precondition and the pod's own grace period: a half-bound gang given up.
struct DeletePod {
  PodRef pod;
};

// Evict pods of one gang or of several, so that another can start where they were. All are asked of
// the eviction API with dryRun first, then their disruption budgets for all of them together; one
// refusal, and nothing is evicted. Then the victims in order: of each the first pod is the driver,
// and the commit point; where it is refused, it and those after it stay. What a victim still
// refuses after that is tried for as long as a claim may last, and then stays. EvictionRefused
// names the pods of each victim that stay.
struct EvictPods {
  struct Victim {
    std::vector<PodRef> pods;
  };
  std::vector<Victim> victims;
  std::string message;  // for people: who takes the room
};

// PodScheduled=False with this reason and message, observedGeneration = generation.
struct SetCondition {
  PodRef pod;
  int64_t generation = 0;
  std::string reason;
  std::string message;
};

// One event regarding the pod (events.k8s.io/v1).
struct PostEvent {
  PodRef pod;
  bool warning = false;
  std::string reason;
  std::string action;
  std::string note;
};

// Read the driver's ConfigMaps and answer ForecastSeen; ForecastMissing while an object is absent,
// trying again. `template_map` may be empty.
struct ReadForecast {
  PodRef driver;
  std::string conf_map;
  std::string template_map;
  std::string template_key;
  std::string scheduler_name;  // ours: executors of another scheduler are not forecast
};

class Actuator {
 public:
  virtual ~Actuator() = default;
  // None of these blocks or fails: outcomes come back through the feed. Binds and deletes are never
  // queued behind conditions and events.
  virtual void Bind(BindPod action) = 0;
  virtual void Delete(DeletePod action) = 0;
  // Not before every Remember that came before it has been written.
  virtual void Evict(EvictPods action) = 0;
  // Replaces what is remembered; of several that wait only the newest is written. Read back as
  // MemorySeen by the next daemon.
  virtual void Remember(Memory memory) = 0;
  virtual void Condition(SetCondition action) = 0;
  virtual void Event(PostEvent action) = 0;
  virtual void Forecast(ReadForecast action) = 0;
};

}  // namespace muster::loop
