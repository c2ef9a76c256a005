// SPDX-License-Identifier: Apache-2.0
#include "queues/turns.h"

namespace muster {

bool Turns::Key::operator<(const Key& other) const {
  if (below_guaranteed != other.below_guaranteed) return below_guaranteed;
  if (priority != other.priority) return priority > other.priority;
  const std::strong_ordering order = Compare(share, other.share);
  if (order != 0) return order < 0;
  return rank < other.rank;
}

Turns::Turns(const Tree& tree, const std::vector<QueueId>& leaves)
    : tree_(tree), active_(tree.size()), keys_(tree.size()), inserted_(tree.size(), false) {
  for (QueueId leaf : leaves) {
    for (QueueId id = leaf; tree_.at(id).parent.valid() && !inserted_[id.value];
         id = tree_.at(id).parent) {
      Insert(id);
    }
  }
}

Turns::Key Turns::KeyOf(QueueId id) const {
  const Queue& queue = tree_.at(id);
  return Key{tree_.BelowGuaranteed(id), queue.priority, tree_.ShareOf(id), queue.rank, id};
}

void Turns::Insert(QueueId id) {
  keys_[id.value] = KeyOf(id);
  inserted_[id.value] = true;
  active_[tree_.at(id).parent.value].insert(keys_[id.value]);
}

void Turns::Erase(QueueId id) {
  active_[tree_.at(id).parent.value].erase(keys_[id.value]);
  inserted_[id.value] = false;
}

QueueId Turns::Next() const {
  QueueId id = Tree::kRoot;
  while (!active_[id.value].empty()) id = active_[id.value].begin()->id;
  return id == Tree::kRoot ? QueueId{} : id;
}

void Turns::Drop(QueueId leaf) {
  for (QueueId id = leaf; tree_.at(id).parent.valid(); id = tree_.at(id).parent) {
    if (!active_[id.value].empty()) break;
    Erase(id);
  }
}

void Turns::Rekey(QueueId leaf) {
  for (QueueId id = leaf; tree_.at(id).parent.valid(); id = tree_.at(id).parent) {
    if (!inserted_[id.value]) continue;
    Erase(id);
    Insert(id);
  }
}

}  // namespace muster
