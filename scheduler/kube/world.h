// SPDX-License-Identifier: Apache-2.0
// World 1: a Kubernetes cluster behind the loop's ports.
//
//   loop's thread ── Actuator ──▶ tasks ─▶ I/O thread: lease, watches, binds, writes ─▶ API server
//                 ◀── Feed ────── events ◀─
//
// Start elects; the winner lists and watches from scratch, tells Synced when every kind is whole,
// and binds. Losing the lease closes the feed for good: the process ends, and a new one rebuilds
// all state from the API. Nothing here blocks the loop's thread but Drain.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "scheduler/kube/boot_clock.h"
#include "scheduler/kube/election.h"
#include "scheduler/kube/http.h"
#include "scheduler/loop/ports.h"

namespace muster::kube {

// Told on the I/O thread, in order; must not block.
class WorldObserver {
 public:
  virtual ~WorldObserver() = default;
  virtual void OnLead() = 0;
  // Another instance holds the lease.
  virtual void OnStandby(const std::string& holder) = 0;
  // The feed is about to close: `why` is one sentence; empty after Stop.
  virtual void OnEnd(const std::string& why) = 0;
  // The queue config in the ConfigMap was read: empty `error` if it is in force now, else why it is
  // refused (one error per line) and the last good one stays.
  virtual void OnConfig(const std::string& error) = 0;
  // Something that the world is getting over by itself: one line.
  virtual void OnProblem(const std::string& what) = 0;
  virtual void OnExchange(Lane lane, int code, absl::Duration took) = 0;
};

struct WorldSettings {
  Credentials credentials;
  bool elect = true;    // false: the only instance there is; leads at once, without a lease
  LeaseSettings lease;  // its identity names us in events, too
  // Reports as, in events and conditions.
  std::string scheduler_name = "muster";
  // The ConfigMap with the queue config; empty name: the config comes from elsewhere.
  std::string config_ns;
  std::string config_name;
  std::string config_key = "muster.yaml";
  // The ConfigMap with what an earlier daemon remembered; empty name: nothing is remembered.
  std::string memory_ns;
  std::string memory_name;
  HttpLimits limits;
};

class World : public loop::Feed, public loop::Actuator {
 public:
  // `clock` and `observer` outlive the world.
  World(WorldSettings settings, const BootClock& clock, WorldObserver& observer);
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void Start();
  // Takes no more actions, lets writes under way end (at most a second), gives the lease up, closes
  // the feed. Less than two seconds. Any thread but the I/O thread.
  void Stop();

  bool Drain(std::vector<muster::Event>* events, absl::Time until) override;
  // Ends a Drain that waits, or the next one, without an event. Any thread.
  void Wake();
  void Bind(loop::BindPod action) override;
  void Delete(loop::DeletePod action) override;
  void Evict(loop::EvictPods action) override;
  void Remember(Memory memory) override;
  void Condition(loop::SetCondition action) override;
  void Event(loop::PostEvent action) override;
  void Forecast(loop::ReadForecast action) override;

  // The kinds that are not listed whole yet, "pods, nodes"; empty once all are. Any thread.
  std::string NotSynced() const;

 private:
  class Core;

  // The feed: filled on the I/O thread, emptied by the loop's.
  struct Outbox {
    mutable std::mutex mutex;
    std::condition_variable filled;
    std::vector<muster::Event> events;
    bool closed = false;
    bool woken = false;
    std::string not_synced;
  };

  Outbox outbox_;
  std::unique_ptr<Core> core_;
  std::thread thread_;
};

}  // namespace muster::kube
