// SPDX-License-Identifier: Apache-2.0
// The simulated API server: the one truth about nodes, pods and ConfigMaps. It behaves towards its
// clients as the real one does: a bind is refused for a pod that is gone, deleting, bound already
// or recreated under its name (409, 404), and is not refused for a node that does not exist;
// deleting a bound pod only marks it until its kubelet has ended it; an eviction is a deletion that
// the budgets over the pod allow.
//
// Everything is synchronous and single-threaded. Watchers are told at once and only look; what they
// want to do about it they put on the timeline.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/loop/ports.h"
#include "scheduler/model/node.h"
#include "scheduler/model/pod.h"
#include "scheduler/sim/pod_numbers.h"
#include "scheduler/sim/timeline.h"

namespace muster::sim {

class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void OnPod(const Pod&) {}
  virtual void OnPodGone(const Pod&) {}
  // The pod is evicted; its deletion follows.
  virtual void OnEvicted(const Pod&) {}
  virtual void OnNode(const Node&) {}
  virtual void OnNodeGone(const Node&) {}
};

// 201, or the HTTP status of a refusal with its message.
struct Answer {
  int code = 201;
  std::string message;
  bool ok() const { return code == 201; }
};

// Those that exist, by number; walked as (uid, pod).
class LivePods {
 public:
  class Iterator {
   public:
    Iterator(const std::vector<std::unique_ptr<Pod>>* slots, size_t at) : slots_(slots), at_(at) {
      Skip();
    }
    std::pair<const std::string&, const Pod&> operator*() const {
      return {(*slots_)[at_]->uid, *(*slots_)[at_]};
    }
    Iterator& operator++() {
      ++at_;
      Skip();
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    void Skip() {
      while (at_ < slots_->size() && (*slots_)[at_] == nullptr) ++at_;
    }
    const std::vector<std::unique_ptr<Pod>>* slots_;
    size_t at_;
  };
  explicit LivePods(const std::vector<std::unique_ptr<Pod>>* slots) : slots_(slots) {}
  Iterator begin() const { return Iterator(slots_, 0); }
  Iterator end() const { return Iterator(slots_, slots_->size()); }

 private:
  const std::vector<std::unique_ptr<Pod>>* slots_;
};

class ApiServer {
 public:
  explicit ApiServer(Timeline* timeline) : timeline_(timeline) {}

  void Watch(Watcher* watcher) { watchers_.push_back(watcher); }
  void Unwatch(Watcher* watcher);

  // Fills in uid, generation and, where it has none, the creation time. Empty uid: the name is
  // taken.
  std::string Create(Pod pod);
  // nullptr when there is none (any more).
  const Pod* Find(const std::string& uid) const;
  const Pod* FindNamed(const std::string& ns, const std::string& name) const;
  // In the order of creation.
  LivePods pods() const { return LivePods(&pods_); }

  Answer Bind(const loop::BindPod& bind);
  // With the pod's own grace; nothing happens where there is no such pod.
  void Delete(const std::string& uid);
  void SetBudgets(std::vector<codec::DisruptionBudget> budgets) { budgets_ = std::move(budgets); }
  // Asks the budgets over the pod, 429 where one says no; then deletes it, unless `dry_run`.
  Answer Evict(const loop::PodRef& ref, bool dry_run);
  // Whether the budgets allow all of them together: dry runs are asked one by one, each as if it
  // were the only one.
  Answer AskTogether(const std::vector<loop::PodRef>& pods) const;
  // "namespace/name" of every pod evicted so far.
  const std::vector<std::string>& evicted() const { return evicted_; }
  // Grace 0: gone at once.
  void Remove(const std::string& uid);
  void SetPhase(const std::string& uid, PodPhase phase);
  void SetCondition(const loop::SetCondition& condition);
  // Changes what a user may change of a live pod.
  void Ungate(const std::string& uid);
  void RaiseMinimum(const std::string& uid, int32_t minimum);

  // A node without a uid keeps the one that its name has, or gets one.
  void PutNode(Node node);
  void RemoveNode(const std::string& name);
  const absl::btree_map<std::string, Node>& nodes() const { return nodes_; }

  // The object in which Muster remembers what pods do not tell.
  void PutMemory(Memory memory) { memory_ = std::move(memory); }
  const std::optional<Memory>& memory() const { return memory_; }

  // Text of a ConfigMap's key, by "namespace/name"; nullptr while absent.
  void PutConfigMap(const std::string& name, std::map<std::string, std::string> entries);
  const std::map<std::string, std::string>* FindConfigMap(const std::string& name) const;

  void Post(const loop::PostEvent& event);
  // (namespace/pod, reason) -> how often.
  const std::map<std::pair<std::string, std::string>, int64_t>& events() const { return events_; }

  int64_t binds() const { return binds_; }
  // When anything but a condition or an event last changed.
  absl::Time last_change() const { return last_change_; }

 private:
  void Tell(const Pod& pod);
  // Nothing is wrong with one pod, named and of that uid.
  Answer Meets(const loop::PodRef& ref) const;
  Answer AskBudgets(const Pod& pod) const;
  // `count` of the healthy ones that match.
  Answer AskBudget(const codec::DisruptionBudget& budget, int64_t count) const;
  void Changed() { last_change_ = timeline_->now(); }

  Timeline* timeline_;
  std::vector<Watcher*> watchers_;
  Pod* At(const std::string& uid);
  std::vector<std::unique_ptr<Pod>> pods_{1};           // by number
  absl::flat_hash_map<std::string, std::string> uids_;  // namespace/name -> uid
  absl::btree_map<std::string, Node> nodes_;
  std::map<std::string, std::map<std::string, std::string>> config_maps_;
  std::map<std::pair<std::string, std::string>, int64_t> events_;
  std::optional<Memory> memory_;
  std::vector<codec::DisruptionBudget> budgets_;
  std::vector<std::string> evicted_;
  uint64_t next_node_ = 1;
  int64_t binds_ = 0;
  absl::Time last_change_ = absl::InfinitePast();
};

}  // namespace muster::sim
