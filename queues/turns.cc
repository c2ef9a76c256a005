// SPDX-License-Identifier: Apache-2.0
#include "queues/turns.h"

#include <limits>

namespace muster {

Turns::Turns(const Tree& tree, const std::vector<QueueId>& leaves)
    : tree_(tree), entry_of_(tree.size(), kNone) {
  entries_.emplace_back().id = Tree::kRoot;
  entry_of_[Tree::kRoot.value] = 0;
  for (QueueId leaf : leaves) {
    uint32_t below = kNone;
    for (QueueId id = leaf;; id = tree.at(id).parent) {
      uint32_t& entry = entry_of_[id.value];
      const bool fresh = entry == kNone;
      if (fresh) {
        entry = static_cast<uint32_t>(entries_.size());
        entries_.emplace_back().id = id;
      }
      if (below != kNone) {
        entries_[below].parent = entry;
        ++entries_[entry].count;
      }
      if (!fresh) break;
      below = entry;
    }
  }
  heap_.resize(entries_.size());
  uint32_t next = 0;
  for (Entry& entry : entries_) {
    entry.first = next;
    next += entry.count;
    entry.count = 0;
  }
  for (uint32_t i = 1; i < entries_.size(); ++i) {
    Entry& parent = entries_[entries_[i].parent];
    Put(parent, parent.count++, Key(i));
  }
  for (const Entry& entry : entries_) {
    for (uint32_t place = entry.count / 2; place > 0; --place) Sink(entry, place - 1);
  }
}

Turns::Place Turns::Key(uint32_t i) {
  Entry& entry = entries_[i];
  const Queue& queue = tree_.at(entry.id);
  entry.rank = queue.rank;
  entry.share = tree_.ShareOf(entry.id);
  const bool finite = entry.share.denominator != 0;
  return {i, queue.priority, tree_.BelowGuaranteed(entry.id),
          finite ? ToDouble(entry.share) : std::numeric_limits<double>::infinity()};
}

bool Turns::Before(const Place& a, const Place& b) const {
  if (a.below_guaranteed != b.below_guaranteed) return a.below_guaranteed;
  if (a.priority != b.priority) return a.priority > b.priority;
  if (b.share - a.share > 4 * kNear * b.share) return true;
  if (a.share - b.share > 4 * kNear * a.share) return false;
  const Entry& x = entries_[a.entry];
  const Entry& y = entries_[b.entry];
  const std::strong_ordering order = Compare(x.share, y.share);
  if (order != 0) return order < 0;
  return x.rank < y.rank;
}

void Turns::Put(const Entry& parent, uint32_t place, const Place& entry) {
  heap_[parent.first + place] = entry;
  entries_[entry.entry].place = place;
}

void Turns::Rise(const Entry& parent, uint32_t place) {
  const Place moving = heap_[parent.first + place];
  while (place > 0) {
    const uint32_t above = (place - 1) / 2;
    const Place other = heap_[parent.first + above];
    if (!Before(moving, other)) break;
    Put(parent, place, other);
    place = above;
  }
  Put(parent, place, moving);
}

void Turns::Sink(const Entry& parent, uint32_t place) {
  const Place moving = heap_[parent.first + place];
  while (2 * place + 1 < parent.count) {
    uint32_t below = 2 * place + 1;
    if (below + 1 < parent.count &&
        Before(heap_[parent.first + below + 1], heap_[parent.first + below])) {
      ++below;
    }
    const Place other = heap_[parent.first + below];
    if (!Before(other, moving)) break;
    Put(parent, place, other);
    place = below;
  }
  Put(parent, place, moving);
}

void Turns::Remove(uint32_t entry) {
  Entry& parent = entries_[entries_[entry].parent];
  const uint32_t place = entries_[entry].place;
  entries_[entry].place = kNone;
  const Place last = heap_[parent.first + --parent.count];
  if (last.entry == entry) return;
  Put(parent, place, last);
  Rise(parent, place);
  Sink(parent, entries_[last.entry].place);
}

QueueId Turns::Next() const {
  const Entry* entry = &entries_.front();
  while (entry->count > 0) entry = &entries_[heap_[entry->first].entry];
  return entry == &entries_.front() ? QueueId{} : entry->id;
}

void Turns::Drop(QueueId leaf) {
  for (uint32_t entry = entry_of_[leaf.value]; entry != 0; entry = entries_[entry].parent) {
    if (entries_[entry].count > 0 || entries_[entry].place == kNone) break;
    Remove(entry);
  }
}

void Turns::Rekey(QueueId leaf) {
  for (uint32_t i = entry_of_[leaf.value]; i != 0; i = entries_[i].parent) {
    Entry& entry = entries_[i];
    if (entry.place == kNone) continue;
    const Entry& parent = entries_[entry.parent];
    Put(parent, entry.place, Key(i));
    Rise(parent, entry.place);
    Sink(parent, entry.place);
  }
}

}  // namespace muster
