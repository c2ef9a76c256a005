// SPDX-License-Identifier: Apache-2.0
// The tree of tenant queues: who is owed what, what each uses, and who may submit. Usage is charged
// at a leaf and counted at every ancestor, so a parent caps its children. Invariant: the usage of a
// parent is the sum of its children's, and nothing is negative.
//
// What holds for a queue and all below it (state, maxPriority, reclaimable, preemptible,
// minRuntime) is worked out once, when the tree is made: a Queue carries what is in force.
//
// Shares are compared against the cluster's total, set once a cycle. With a queue config that no
// longer names a leaf which gangs still use, the leaf stays as a draining one: counted, closed to
// new work, below what is left of its path.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "queues/past_use.h"
#include "queues/share.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/queue_spec.h"

namespace muster {

// UseLimit in columns.
struct UserCap {
  std::optional<int32_t> max_running;
  Amounts max;  // kUnlimited where not named
};

struct UserCaps {
  std::optional<UserCap> otherwise;
  absl::btree_map<std::string, UserCap> named;
  bool empty() const { return !otherwise.has_value() && named.empty(); }
  // nullptr: not limited.
  const UserCap* Of(absl::string_view name) const;
};

// Fields as in QueueSpec, in force: what ancestors say is worked in where it holds below them.
// A cycle walks thousands of queues and waits for memory more than it computes: what every charge,
// share and turn reads stands together at the beginning, in two lines of the cache.
struct alignas(64) Queue {
  QueueId id;
  QueueId parent;  // invalid for the root
  int64_t weight = 1;
  int32_t priority = 0;       // its own
  uint32_t rank = 0;          // by path: breaks ties of share
  int32_t running = 0;        // gangs that have begun
  bool limits_users = false;  // it or an ancestor has users or groups
  bool draining = false;      // the config names it no more
  bool guarantees = false;    // `guaranteed` names something,
  bool limits = false;        // and `limit` does: else there is no need to look there
  // A template: its children are made when their namespace first asks (Choose).
  bool per_namespace = false;
  bool backfill = false;
  LeafOrder order = LeafOrder::kFifo;
  QueueState state = QueueState::kOpen;
  Autoscale autoscale = Autoscale::kNone;
  std::optional<int32_t> max_running;
  Amounts used;  // bound or assumed
  Amounts held;  // promised to members that do not exist yet
  absl::Duration starve_after = kDefaultStarveAfter;
  Amounts leaving;  // of both: what is on its way out
  Amounts guaranteed;
  // What it may really use and hold: max, and no more than guaranteed of what its siblings are
  // guaranteed if nobody may take it back from here (reclaimable: false).
  Amounts limit;
  std::vector<QueueId> children;
  AverageUse past;  // of used and held; kept where the config has a half-life

  std::string path;  // "" for the root
  Amounts max;       // kUnlimited where not named
  UserCaps users, groups;
  int32_t max_priority = std::numeric_limits<int32_t>::max();
  bool preemptible = true;
  bool reclaimable = true;
  absl::Duration min_runtime;
  std::optional<int32_t> evictions_per_hour;  // its own: an ancestor's counts beside it
  absl::Duration scale_after = kDefaultScaleAfter;
  int32_t max_unbacked = 1;
  std::vector<std::string> namespaces;
  std::vector<std::string> service_accounts;

  // Whether its namespaces allow it.
  bool Admits(absl::string_view ns) const;
  bool leaf() const { return children.empty() && parent.valid() && !per_namespace; }
};

// Who asks for a queue.
struct Applicant {
  absl::string_view label;  // muster.dev/queue; empty: none
  absl::string_view ns;
  absl::string_view account;  // "namespace/name" of its service account
};

// What is wrong with a queue label, a namespace or a service account; kNone carries the queue.
struct LeafChoice {
  QueueId queue;
  enum class Problem {
    kNone,
    kNoSuchQueue,
    kNotALeaf,
    kNamespace,
    kServiceAccount,
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
  // The leaf of that path; made where a template stands for it, else made as a draining one.
  QueueId LeafOrDraining(absl::string_view path);

  // The leaf that the applicant's pods go to: the one that the label names, which may be a template
  // or a template's leaf; without a label that which lists the namespace, else `default`. Makes a
  // template's leaf where it is the first of its namespace. O(length of the name x log queues).
  LeafChoice Choose(const Applicant& who);

  enum class Use { kUsed, kHeld, kLeaving };
  // count < 0 gives back.
  void Charge(QueueId leaf, const Amounts& each, int64_t count, Use use);
  // Gangs that have begun; by < 0: they are over.
  void CountRunning(QueueId leaf, int32_t by);

  // The first queue from the leaf upwards whose limit would be exceeded by `more`, and the column.
  struct Excess {
    QueueId queue;  // invalid: it fits
    uint32_t column = 0;
  };
  Excess Exceeds(QueueId leaf, const Amounts& more) const;
  // Whether `amounts` alone, with nothing else running, is above a limit.
  Excess ExceedsEmpty(QueueId leaf, const Amounts& amounts) const;
  // Whether there is, or was, a leaf with `autoscale: driver`.
  bool lets_drivers_begin() const { return lets_drivers_begin_; }
  // The first queue from the leaf upwards in which no further gang may begin; invalid: none.
  QueueId FullOfGangs(QueueId leaf) const;

  void SetTotal(Amounts total);
  const Amounts& total() const { return total_; }
  // Of what it uses and holds, and on average has used and held before, where that counts.
  Share ShareOf(QueueId id) const;
  // What time it is, for past use: never told, nothing is worked out, and what is charged counts as
  // used since what was recalled.
  void Advance(absl::Time now);
  absl::Time now() const { return now_; }
  const HalfLife& half_life() const { return half_life_; }
  // Averages worked out up to now, by path, also of queues that do not exist (any more, or yet).
  std::vector<std::pair<std::string, AverageUse>> PastUses() const;
  void Recall(const std::string& path, AverageUse average);

  // Uses less than `guaranteed` in every resource that it names, and names one.
  bool BelowGuaranteed(QueueId id) const;
  // Who goes first of two siblings: below guaranteed, then the higher priority, then the lower
  // share, then the name.
  bool Before(QueueId a, QueueId b) const;

  // Hands out all that it is, for an image of the state (daemon/trace).
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(queues_, leaves_, inner_, templates_, by_namespace_, by_glob_, half_life_, now_,
          recalled_, ranked_, lets_drivers_begin_, total_);
  }

 private:
  void Add(const std::vector<QueueSpec>& siblings, QueueId parent, ResourceTable* resources);
  QueueId AddOne(const QueueSpec& spec, QueueId parent, ResourceTable* resources);
  QueueId AddTemplate(const QueueSpec& spec, Queue leaf);
  void Claim(QueueId id);
  QueueId Append(Queue queue);
  void Rank();
  Share ShareWithPast(const Queue& queue) const;

  // choice.cc
  LeafChoice ChooseNamed(const Applicant& who);
  QueueId OwnerOf(absl::string_view ns) const;
  QueueId LeafFor(QueueId of_template, absl::string_view ns);
  std::pair<QueueId, absl::string_view> TemplateOf(absl::string_view path) const;

  QueueId DeepestInner(absl::string_view path) const;

  std::vector<Queue> queues_;  // parents before children
  absl::btree_map<std::string, QueueId> leaves_;
  absl::btree_map<std::string, QueueId> inner_;         // templates, too
  absl::btree_map<QueueId, Queue> templates_;           // what a leaf of theirs is like
  absl::btree_map<std::string, QueueId> by_namespace_;  // named without wildcards
  // Of the others: by what stands before the first wildcard.
  absl::btree_map<std::string, std::vector<std::pair<std::string, QueueId>>> by_glob_;
  HalfLife half_life_;
  absl::Time now_ = absl::InfinitePast();
  absl::btree_map<std::string, AverageUse> recalled_;  // of queues that do not exist
  bool ranked_ = false;
  bool lets_drivers_begin_ = false;
  Amounts total_;
};

// Shell-style: * any run of characters, ? any one.
bool GlobMatches(absl::string_view glob, absl::string_view text);

}  // namespace muster
