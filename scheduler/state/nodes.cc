// SPDX-License-Identifier: Apache-2.0
#include "scheduler/state/nodes.h"

#include <algorithm>

namespace muster {

NodeId Nodes::Reserve(absl::string_view name) {
  auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  const NodeId id{static_cast<uint32_t>(nodes_.size())};
  nodes_.emplace_back();
  nodes_.back().name = std::string(name);
  present_.push_back(false);
  object_changed_.push_back(0);
  by_name_[std::string(name)] = id;
  for (Columns* columns : {&free_, &allocatable_}) {
    for (std::vector<int64_t>& column : *columns) column.push_back(0);
  }
  ranked_ = false;
  LogObject(id);
  return id;
}

NodeId Nodes::Find(absl::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? NodeId{} : found->second;
}

NodeId Nodes::Upsert(Node node, ResourceTable* resources) {
  const NodeId id = Reserve(node.name);
  if (present(id) && at(id) == node) return id;
  SetAllocatable(id, resources->ToAmounts(node.allocatable));
  if (!present(id)) ++count_;
  present_[id.value] = true;
  nodes_[id.value] = std::move(node);
  LogObject(id);
  return id;
}

void Nodes::Remove(absl::string_view name) {
  const NodeId id = Find(name);
  if (!id.valid() || !present(id)) return;
  SetAllocatable(id, Amounts());
  --count_;
  present_[id.value] = false;
  Node empty;
  empty.name = std::string(name);
  nodes_[id.value] = std::move(empty);
  LogObject(id);
}

void Nodes::SetAllocatable(NodeId id, const Amounts& amounts) {
  while (allocatable_.size() < amounts.size()) {
    free_.emplace_back(nodes_.size(), 0);
    allocatable_.emplace_back(nodes_.size(), 0);
  }
  if (total_.size() < allocatable_.size()) total_.resize(allocatable_.size(), 0);
  for (size_t i = 0; i < allocatable_.size(); ++i) {
    int64_t& before = allocatable_[i][id.value];
    const int64_t after = std::clamp<int64_t>(AmountAt(amounts, i), 0, kLargestAmount);
    free_[i][id.value] = SaturatingAdd(free_[i][id.value], SaturatingAdd(after, -before));
    total_[i] = SaturatingAdd(total_[i], SaturatingAdd(after, -before));
    before = after;
  }
}

void Nodes::Take(NodeId id, const Amounts& each, int64_t count) {
  while (free_.size() < each.size()) {
    free_.emplace_back(nodes_.size(), 0);
    allocatable_.emplace_back(nodes_.size(), 0);
  }
  for (size_t i = 0; i < each.size(); ++i) {
    if (each[i] == 0) continue;
    int64_t& free = free_[i][id.value];
    free = SaturatingAdd(free, SaturatingMultiply(each[i], -count));
  }
  Log(id);
}

void Nodes::LogObject(NodeId id) {
  object_changed_[id.value] = journal_end();
  ++object_changes_;
  Log(id);
}

void Nodes::Log(NodeId id) {
  // Longer than a full scan would be: whoever is that far behind may as well start over.
  const size_t longest = 2 * nodes_.size() + 1024;
  if (journal_.size() >= 2 * longest) {
    const size_t cut = journal_.size() - longest;
    journal_.erase(journal_.begin(), journal_.begin() + static_cast<std::ptrdiff_t>(cut));
    journal_start_ += cut;
  }
  journal_.push_back(id);
}

bool Nodes::Since(uint64_t position, absl::Span<const NodeId>* changed) const {
  if (position < journal_start_) return false;
  *changed = absl::MakeConstSpan(journal_).subspan(position - journal_start_);
  return true;
}

void Nodes::Rank() const {
  rank_.assign(nodes_.size(), 0);
  by_rank_.clear();
  for (const auto& [name, id] : by_name_) {
    rank_[id.value] = static_cast<uint32_t>(by_rank_.size());
    by_rank_.push_back(id);
  }
  ranked_ = true;
}

uint32_t Nodes::rank(NodeId id) const {
  if (!ranked_) Rank();
  return rank_[id.value];
}

NodeId Nodes::by_rank(uint32_t rank) const {
  if (!ranked_) Rank();
  return by_rank_[rank];
}

}  // namespace muster
