// SPDX-License-Identifier: Apache-2.0
// The nodes as columns: one vector of free amounts per resource, indexed by node slot. Free may be
// negative: pods that others bound count as used at once, and a node may shrink under its pods.
//
// A slot outlives its node while pods still name it; a node that is not there has nothing
// allocatable, so that it has room for nobody. Whoever keeps something derived from nodes follows
// the journal: the slots that changed since a sequence number, in the order of change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/types/span.h"
#include "scheduler/model/amounts.h"
#include "scheduler/model/ids.h"
#include "scheduler/model/node.h"

namespace muster {

class Nodes {
 public:
  // Added, changed, or recreated under the same name.
  NodeId Upsert(Node node, ResourceTable* resources);
  void Remove(absl::string_view name);
  // The slot of that name, made empty and absent where there is none.
  NodeId Reserve(absl::string_view name);
  NodeId Find(absl::string_view name) const;

  size_t size() const { return nodes_.size(); }
  const Node& at(NodeId id) const { return nodes_[id.value]; }
  bool present(NodeId id) const { return present_[id.value]; }
  int64_t count() const { return count_; }  // of those that are present
  // Of all nodes that are present.
  const Amounts& total() const { return total_; }

  // Empty where no node has the resource.
  absl::Span<const int64_t> free(size_t column) const { return Column(free_, column); }
  absl::Span<const int64_t> allocatable(size_t column) const {
    return Column(allocatable_, column);
  }

  // count < 0 gives back.
  void Take(NodeId id, const Amounts& each, int64_t count);

  // Nodes in name order: breaks ties.
  uint32_t rank(NodeId id) const;
  NodeId by_rank(uint32_t rank) const;
  // Now, and not when first asked: of 100,000 nodes it takes as long as a decision.
  void Rank() const;

  // Journal positions only grow. `Since` returns false where `position` has been trimmed away: then
  // everything counts as changed.
  uint64_t journal_end() const { return journal_start_ + journal_.size(); }
  bool Since(uint64_t position, absl::Span<const NodeId>* changed) const;
  // The journal position at which the Node object itself (labels, taints, allocatable) last
  // changed.
  uint64_t object_changed(NodeId id) const { return object_changed_[id.value]; }
  // How often that happened to any node: what follows from the objects alone holds meanwhile.
  uint64_t object_changes() const { return object_changes_; }

  // Hands out all that it is, but for the journal, for an image of the state (daemon/trace):
  // whoever follows the journal of a state made from one starts over.
  template <typename Visit>
  void Fields(Visit&& visit) {
    visit(nodes_, present_, count_, object_changes_, by_name_, free_, allocatable_, total_);
    object_changed_.resize(nodes_.size());
  }

 private:
  using Columns = std::vector<std::vector<int64_t>>;
  static absl::Span<const int64_t> Column(const Columns& columns, size_t column) {
    return column < columns.size() ? absl::MakeConstSpan(columns[column])
                                   : absl::Span<const int64_t>();
  }
  void Log(NodeId id);
  void LogObject(NodeId id);
  void SetAllocatable(NodeId id, const Amounts& amounts);

  std::vector<Node> nodes_;
  std::vector<bool> present_;
  int64_t count_ = 0;
  std::vector<uint64_t> object_changed_;
  uint64_t object_changes_ = 0;
  absl::btree_map<std::string, NodeId> by_name_;
  Columns free_;
  Columns allocatable_;
  Amounts total_;
  std::vector<NodeId> journal_;
  uint64_t journal_start_ = 0;

  // Derived from by_name_ when first asked after a change of the set.
  mutable bool ranked_ = false;
  mutable std::vector<uint32_t> rank_;
  mutable std::vector<NodeId> by_rank_;
};

}  // namespace muster
