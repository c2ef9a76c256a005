// SPDX-License-Identifier: Apache-2.0
#include "queues/tree.h"

#include <algorithm>
#include <tuple>

namespace muster {

namespace {

int64_t LimitAt(const Amounts& limit, size_t column) {
  return column < limit.size() ? limit[column] : kUnlimited;
}

}  // namespace

const UserCap* UserCaps::Of(absl::string_view name) const {
  auto found = named.find(name);
  if (found != named.end()) return &found->second;
  return otherwise.has_value() ? &*otherwise : nullptr;
}

QueueId Tree::Append(Queue queue) {
  queue.id = QueueId{static_cast<uint32_t>(queues_.size())};
  queue.rank = ~uint32_t{0};
  ranked_ = false;
  if (queue.parent.valid()) queues_[queue.parent.value].children.push_back(queue.id);
  queues_.push_back(std::move(queue));
  return queues_.back().id;
}

void Tree::Rank() {
  std::vector<QueueId> ids;
  for (const Queue& queue : queues_) ids.push_back(queue.id);
  // A draining leaf may have the path of a queue that is an inner one now.
  std::sort(ids.begin(), ids.end(), [this](QueueId a, QueueId b) {
    return std::tie(at(a).path, at(a).draining) < std::tie(at(b).path, at(b).draining);
  });
  for (size_t i = 0; i < ids.size(); ++i) queues_[ids[i].value].rank = static_cast<uint32_t>(i);
  ranked_ = true;
}

void Tree::Charge(QueueId leaf, const Amounts& each, int64_t count, Use use) {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    Queue& queue = queues_[id.value];
    Amounts& amounts = use == Use::kUsed   ? queue.used
                       : use == Use::kHeld ? queue.held
                                           : queue.leaving;
    // No less than zero but within a draft, which may ask what is without more than there is, and
    // gives back exactly what it took.
    AddScaled(&amounts, each, count);
  }
}

void Tree::CountRunning(QueueId leaf, int32_t by) {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) queues_[id.value].running += by;
}

Tree::Excess Tree::Exceeds(QueueId leaf, const Amounts& more) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    const Queue& queue = at(id);
    for (size_t i = 0; i < more.size(); ++i) {
      if (more[i] == 0) continue;
      const int64_t now = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
      if (SaturatingAdd(now, more[i]) > LimitAt(queue.limit, i)) {
        return {id, static_cast<uint32_t>(i)};
      }
    }
  }
  return {};
}

Tree::Excess Tree::ExceedsEmpty(QueueId leaf, const Amounts& amounts) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    for (size_t i = 0; i < amounts.size(); ++i) {
      if (amounts[i] > LimitAt(at(id).limit, i)) return {id, static_cast<uint32_t>(i)};
    }
  }
  return {};
}

QueueId Tree::FullOfGangs(QueueId leaf) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    const Queue& queue = at(id);
    if (queue.max_running.has_value() && queue.running >= *queue.max_running) return id;
  }
  return QueueId{};
}

void Tree::SetTotal(Amounts total) {
  total_ = std::move(total);
  if (!ranked_) Rank();
}

Share Tree::ShareOf(QueueId id) const {
  const Queue& queue = at(id);
  Share best;
  for (size_t i = 0; i < std::max(queue.used.size(), queue.held.size()); ++i) {
    const int64_t have = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
    RaiseShare(have, AmountAt(total_, i), queue.weight, &best);
  }
  return best;
}

bool Tree::BelowGuaranteed(QueueId id) const {
  const Queue& queue = at(id);
  bool named = false;
  for (size_t i = 0; i < queue.guaranteed.size(); ++i) {
    if (queue.guaranteed[i] <= 0) continue;
    named = true;
    const int64_t now = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
    if (now >= queue.guaranteed[i]) return false;
  }
  return named;
}

bool Tree::Before(QueueId a, QueueId b) const {
  const bool below_a = BelowGuaranteed(a);
  const bool below_b = BelowGuaranteed(b);
  if (below_a != below_b) return below_a;
  if (at(a).priority != at(b).priority) return at(a).priority > at(b).priority;
  const std::strong_ordering order = Compare(ShareOf(a), ShareOf(b));
  if (order != 0) return order < 0;
  return at(a).rank < at(b).rank;
}

}  // namespace muster
