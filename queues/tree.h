// SPDX-License-Identifier: Apache-2.0
// The tree of tenant queues: who is owed what, and what each uses. Usage is charged at a leaf and
// counted at every ancestor, so a parent caps its children. Invariant: the usage of a parent is the
// sum of its children's, and nothing is negative.
//
// Shares are compared against the cluster's total, set once a cycle. With a queue config that no
// longer names a leaf which gangs still use, the leaf stays as a draining one: counted, closed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/share.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/queue_spec.h"

namespace muster {

struct Queue {
  QueueId id;
  QueueId parent;    // invalid for the root
  std::string path;  // "" for the root
  int64_t weight = 1;
  Amounts guaranteed;
  Amounts max;  // kUnlimited where not named
  LeafOrder order = LeafOrder::kFifo;
  bool preemptible = true;
  bool reclaimable = true;
  absl::Duration min_runtime;
  std::optional<int32_t> evictions_per_hour;
  std::vector<std::string> namespaces;
  std::vector<QueueId> children;
  bool draining = false;
  uint32_t rank = 0;  // by path: breaks ties of share

  Amounts used;     // bound or assumed
  Amounts held;     // promised to members that do not exist yet
  Amounts leaving;  // of both: what is on its way out

  bool leaf() const { return children.empty() && parent.valid(); }
};

// What is wrong with a queue label or namespace. ok() leaves carry the queue.
struct LeafChoice {
  QueueId queue;
  enum class Problem {
    kNone,
    kNoSuchQueue,
    kNotALeaf,
    kNamespace,
    kNoQueueForNamespace
  } problem = Problem::kNone;
  std::string subject;  // the queue or namespace that the problem is about
};

class Tree {
 public:
  Tree(const QueueConfig& config, ResourceTable* resources);

  static constexpr QueueId kRoot{0};

  size_t size() const { return queues_.size(); }
  const Queue& at(QueueId id) const { return queues_[id.value]; }
  const std::vector<Queue>& queues() const { return queues_; }
  // Invalid where no leaf has this path.
  QueueId FindLeaf(absl::string_view path) const;
  // The leaf of that path; made as a draining one where the config has none.
  QueueId LeafOrDraining(absl::string_view path);

  // The leaf that a pod of namespace `ns` with this queue label (or none) goes to.
  LeafChoice Choose(absl::string_view label, absl::string_view ns) const;

  enum class Use { kUsed, kHeld, kLeaving };
  // count < 0 gives back.
  void Charge(QueueId leaf, const Amounts& each, int64_t count, Use use);

  // The first queue from the leaf upwards whose max would be exceeded by `more`, and the column.
  struct Excess {
    QueueId queue;  // invalid: it fits
    uint32_t column = 0;
  };
  Excess Exceeds(QueueId leaf, const Amounts& more) const;
  // Whether `amounts` alone, with nothing else running, is above a max.
  Excess ExceedsEmpty(QueueId leaf, const Amounts& amounts) const;

  void SetTotal(Amounts total) { total_ = std::move(total); }
  const Amounts& total() const { return total_; }
  Share ShareOf(QueueId id) const;
  // Uses less than `guaranteed` in every resource that it names, and names one.
  bool BelowGuaranteed(QueueId id) const;
  // Who goes first of two siblings: below guaranteed, then the lower share, then the name.
  bool Before(QueueId a, QueueId b) const;

 private:
  void Add(const QueueSpec& spec, QueueId parent, ResourceTable* resources);
  QueueId Append(Queue queue);
  void Rank();

  std::vector<Queue> queues_;  // parents before children
  absl::btree_map<std::string, QueueId> leaves_;
  Amounts total_;
};

// Shell-style: * any run of characters, ? any one.
bool GlobMatches(absl::string_view glob, absl::string_view text);

}  // namespace muster
