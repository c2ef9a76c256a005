// SPDX-License-Identifier: Apache-2.0
// The oracle's own: what it knows, and what a try may change.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/cycle/oracle.h"
#include "test/cycle/slow_limits.h"

namespace muster::test {

__extension__ typedef __int128 Wide;

struct Part {
  RoleSpec role;
  std::vector<Pod> pods;
  int forecast = 0;
  int count() const { return static_cast<int>(pods.size()) + forecast; }
};

struct Job {
  std::string name;  // "ns/name"
  std::string queue;
  std::string user;
  Pod speaker;
  std::vector<Part> parts;
};

// A head that waits, and what its leaf keeps off.
struct Head {
  Job job;
  bool quota = false;
  std::optional<absl::Duration> date;        // from now
  std::map<std::string, ResourceList> kept;  // of what is free now, by node
};

// A gang that starts now, and what it was given.
struct Starter {
  Job job;
  std::vector<std::pair<std::string, RoleSpec>> members;  // with their nodes
};

struct QueueNode {
  QueueSpec spec;
  std::string parent;
  ResourceList use;
};

inline ResourceList WithPod(ResourceList requests) {
  requests.Set(kPods, 1);
  return requests;
}

inline void Take(ResourceList* free, const RoleSpec& role) {
  const ResourceList each = WithPod(role.requests);
  for (const auto& [name, amount] : each.entries()) free->Set(name, free->Get(name) - amount);
}

// Everything that a try may change.
struct Books {
  std::map<std::string, ResourceList> free;     // by node
  std::map<std::string, QueueNode> queues;      // by path
  std::map<std::string, ResourceList> by_user;  // "queue user"
  std::vector<SlowUse> uses;
};

class Oracle {
 public:
  explicit Oracle(const OracleWorld& world) : world_(world) {
    for (const QueueSpec& spec : world.config.queues) AddQueue(spec, "");
    for (const auto& [name, node] : world.nodes) {
      books_.free[name] = node.allocatable;
      total_.Add(node.allocatable);
    }
    for (const auto& [uid, pod] : world.pods) {
      if (!pod.node_name.empty() && !IsTerminal(pod)) {
        Take(&books_.free[pod.node_name], pod.role);
      }
    }
  }

  OraclePlan Decide();

 private:
  void AddQueue(const QueueSpec& spec, const std::string& parent) {
    const std::string path = parent.empty() ? spec.name : parent + "." + spec.name;
    books_.queues[path] = QueueNode{spec, parent, {}};
    if (spec.per_namespace) {
      const std::vector<SlowLevel> levels = LevelsTo(world_.config, path + ".ns");
      books_.queues[path].spec = levels[levels.size() - 2].spec;
      books_.queues[path + ".ns"] = QueueNode{levels.back().spec, path, {}};
    }
    for (const QueueSpec& child : spec.queues) AddQueue(child, path);
  }
  void Gather();
  std::string Judge(const std::string& name, std::vector<Pod> members);
  std::optional<Job> Next();
  bool GoesFirst(const std::string& a, const std::string& b) const;
  bool Before(const Job& a, const Job& b) const;
  int CompareShares(const ResourceList& a, int64_t weight_a, const ResourceList& b,
                    int64_t weight_b) const;
  std::string Try(const Job& job);
  std::string QuotaWord(const Job& job, const Books& books) const;
  bool PlaceEither(const Job& job, Books* books, std::string* text);
  bool FitsBy(const Job& job, absl::Duration date, Books* books);
  void Block(const Job& job, bool quota);
  bool Ahead(const Head& head, const Job& job) const;
  bool Pass(const Job& job, const std::vector<const Head*>& heads);
  bool Place(const Job& job, const std::vector<size_t>& order, Books* books,
             std::string* text) const;
  std::string Best(const RoleSpec& role, const Books& books) const;
  int64_t Rooms(const RoleSpec& role, const Books& books) const;
  bool Admitted(const RoleSpec& role) const;
  bool FitsEmptied(std::vector<RoleSpec> members, std::map<std::string, ResourceList>* left) const;
  bool Impossible(const Job& job, std::string* word) const;
  bool EnoughInSum(const Job& job) const;

  const OracleWorld& world_;
  Books books_;
  ResourceList total_;
  std::vector<Job> line_;
  std::vector<Head> heads_;
  std::vector<Starter> started_;
  mutable std::vector<std::pair<std::string, RoleSpec>> placed_;  // by the last Place
  OraclePlan plan_;
};

}  // namespace muster::test
