// SPDX-License-Identifier: Apache-2.0
// What stands between one life of the scheduler and the simulated API server: the ports of the
// loop, over a network with latencies. It lists everything, then follows the watches; events of one
// kind arrive in the order in which they happened. A bind ends in one of three ways; an answer that
// was lost is made good by reading the pod back.
//
// When the scheduler is killed, its link is closed: requests that are under way are dropped, or
// have just landed, as the killer says (the lease sees to it that none lands later than its
// sender's successor begins); nothing is heard any more.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scheduler/loop/ports.h"
#include "scheduler/sim/api_server.h"
#include "scheduler/sim/evictor.h"
#include "scheduler/sim/faults.h"
#include "scheduler/sim/pod_numbers.h"
#include "scheduler/sim/random.h"

namespace muster::sim {

class Link : public Watcher, public loop::Feed, public loop::Actuator, public loop::Clock {
 public:
  // `on_kill` is called at the bind that Faults chose to kill the scheduler at.
  Link(Timeline* timeline, ApiServer* api, Faults* faults, Random random,
       std::function<void()> on_kill);
  ~Link() override;

  // Lists; `queues` is the config in force.
  void Open(const QueueConfig& queues);
  void Close(bool requests_land);
  void SendQueues(const QueueConfig& queues);
  // Every event is lost for that long; then everything is listed anew.
  void LoseWatch(absl::Duration lasting);

  bool waiting() const { return !inbox_.empty(); }
  bool synced() const { return synced_; }
  // Broken promises towards the API server, each a sentence.
  const std::vector<std::string>& complaints() const { return complaints_; }

  bool Drain(std::vector<muster::Event>* events, absl::Time until) override;
  absl::Time Now() override { return timeline_->now(); }

  void Bind(loop::BindPod action) override;
  void Delete(loop::DeletePod action) override;
  void Evict(loop::EvictPods action) override;
  void Remember(Memory memory) override;
  void Condition(loop::SetCondition action) override;
  void Event(loop::PostEvent action) override;
  void Forecast(loop::ReadForecast action) override;

  void OnPod(const Pod& pod) override;
  void OnPodGone(const Pod& pod) override;
  void OnNode(const Node& node) override;
  void OnNodeGone(const Node& node) override;

 private:
  enum StreamKind { kPodStream, kNodeStream };
  // Events on their way, in order of arrival.
  struct Stream {
    std::deque<std::pair<absl::Time, muster::Event>> under_way;
    absl::Time last = absl::InfinitePast();  // arrival
  };
  // What the scheduler knows of a pod.
  struct Known {
    bool listed = false;  // told, or on its way
    bool bound = false;
    bool gone = false;
  };

  void Arrive(muster::Event event, absl::Duration latency);
  void Follow(StreamKind stream, muster::Event event);
  void Deliver(StreamKind stream);
  void List();
  void WriteMemory(Memory memory);
  void EvictRemembered();
  void Carry(const loop::BindPod& action);
  void Answered(const loop::BindPod& action, const Answer& answer);
  void ReadBack(const loop::BindPod& action);
  void TryForecast(loop::ReadForecast action, absl::Duration wait, std::string missing);
  absl::Duration Soon(int64_t low_ms, int64_t high_ms) {
    return random_.Between(absl::Milliseconds(low_ms), absl::Milliseconds(high_ms));
  }
  // After `delay`, unless closed by then.
  void Later(absl::Duration delay, std::function<void()> what, Timeline::Kind kind);

  Timeline* timeline_;
  ApiServer* api_;
  Faults* faults_;
  Random random_;
  std::function<void()> on_kill_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);  // false: closed
  absl::btree_map<std::string, loop::BindPod> on_the_wire_;    // by pod uid
  Evictor evictor_;
  // Memories are written one at a time; numbers count the calls of Remember.
  struct Waiting {
    uint64_t memory = 0;  // its number
    loop::EvictPods action;
  };
  std::optional<Memory> writing_, next_memory_;
  uint64_t remembered_ = 0;
  uint64_t written_ = 0;
  std::vector<Waiting> evictions_;  // that wait for their memory
  std::vector<muster::Event> inbox_;
  bool synced_ = false;
  bool watch_lost_ = false;
  Stream streams_[2];
  PodColumn<Known> known_;
  absl::btree_set<std::string> known_nodes_;  // names
  std::vector<std::string> complaints_;
};

}  // namespace muster::sim
