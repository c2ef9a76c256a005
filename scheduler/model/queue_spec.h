// SPDX-License-Identifier: Apache-2.0
// The queue config as users write it (muster.yaml), already validated: names unique and well
// formed, guarantees of children within the parent's, guaranteed within max.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "scheduler/model/prices.h"
#include "scheduler/model/resource_list.h"

namespace muster {

enum class LeafOrder : uint8_t { kFifo, kFair };

// What runs is never touched. draining: no gang starts; those that have begun grow and are repaired
// to their end. closed: no gang grows, either; what is lost below a minimum is still repaired. Both
// look at what has begun alone, so that a restarted daemon says the same.
enum class QueueState : uint8_t { kOpen, kDraining, kClosed };

// When a gang that lacks nodes lets an autoscaler see it whole (design, autoscalers). kDriver:
// after a while the driver is bound on room for itself, and its executors become real pending pods.
enum class Autoscale : uint8_t { kNone, kDriver };

// What one user, or the users of one group together, may have in a queue and below it.
struct UseLimit {
  std::optional<int32_t> max_running;  // gangs that have begun
  ResourceList max;                    // used and held; resources not named are unlimited
  friend bool operator==(const UseLimit&, const UseLimit&) = default;
};

struct UseLimits {
  std::optional<UseLimit> otherwise;  // key `default`: of each that is not named
  std::map<std::string, UseLimit> named;
  bool empty() const { return !otherwise.has_value() && named.empty(); }
  friend bool operator==(const UseLimits&, const UseLimits&) = default;
};

inline constexpr absl::Duration kDefaultStarveAfter = absl::Minutes(10);
inline constexpr absl::Duration kDefaultScaleAfter = absl::Seconds(15);

struct QueueSpec {
  std::string name;  // one segment of the path, e.g. "adhoc" of analytics.adhoc
  int64_t weight = 1;
  ResourceList guaranteed;
  ResourceList max;                    // resources not named are unlimited; a named 0 means none
  std::optional<int32_t> max_running;  // gangs that have begun, in the queue and below it
  UseLimits users;
  UseLimits groups;
  QueueState state = QueueState::kOpen;  // holds for the queues below it, too

  // Against its siblings, whatever their shares: the higher goes first, after those that are below
  // what they are guaranteed.
  int32_t priority = 0;
  // The highest priority that a pod may ask for here.
  int32_t max_priority = std::numeric_limits<int32_t>::max();
  bool preemptible = true;                    // by more important gangs of the same leaf
  bool reclaimable = true;                    // by queues that have less than they are entitled to
  absl::Duration min_runtime;                 // a gang that began less than that ago is not evicted
  std::optional<int32_t> evictions_per_hour;  // gangs of the queue and below that may be evicted

  // Of leaves.
  LeafOrder order = LeafOrder::kFifo;
  bool backfill = false;
  absl::Duration starve_after = kDefaultStarveAfter;
  Autoscale autoscale = Autoscale::kNone;
  absl::Duration scale_after = kDefaultScaleAfter;
  int32_t max_unbacked = 1;
  // Globs (* and ?) of the namespaces that may submit. Empty: every namespace may, but the queue is
  // nobody's default.
  std::vector<std::string> namespaces;
  // Globs over "namespace/name" of the service accounts that may submit. Empty: all may.
  std::vector<std::string> service_accounts;
  // A template: each namespace that `namespaces` matches gets a leaf of its own below this queue,
  // named by the namespace, as soon as it submits something. Weight and priority are the template's
  // among its siblings; all else is each leaf's, and leaves share evenly. Guaranteed only where no
  // namespace has wildcards, since else the sum is not known.
  bool per_namespace = false;
  std::vector<QueueSpec> queues;

  friend bool operator==(const QueueSpec&, const QueueSpec&) = default;
};

struct QueueConfig {
  std::vector<QueueSpec> queues;
  // How nodes are chosen where several would do: pack them tight, or level them.
  std::string scorer = "bin-pack";
  // Members of each group, as globs over users; what `groups` of a queue limits.
  std::map<std::string, std::vector<std::string>> groups;
  // The pod label that names the user (muster.dev/user, which an admission policy protects); empty,
  // or not on the pod: the service account is the user.
  std::string user_label;
  // Past use counts in fair order, halved each time this has passed; zero: it does not.
  absl::Duration half_life;
  Prices prices;
  // Address of what is known of a gang elsewhere (a Spark History Server), with names in braces
  // (codec/link_template.h); empty: none. It decides nothing.
  std::string history_url;

  friend bool operator==(const QueueConfig&, const QueueConfig&) = default;
};

// The config in force where none is given: one leaf "default", open to everyone.
QueueConfig DefaultQueueConfig();

}  // namespace muster
