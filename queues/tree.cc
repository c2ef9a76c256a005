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
  queue.guarantees = !queue.guaranteed.empty();
  queue.limits = !queue.limit.empty();
  const auto recalled = recalled_.find(queue.path);
  if (recalled != recalled_.end()) {
    queue.past = std::move(recalled->second);
    recalled_.erase(recalled);
  }
  if (queue.past.at == absl::InfinitePast()) queue.past.at = now_;
  ranked_ = false;
  if (queue.parent.valid()) queues_[queue.parent.value].children.push_back(queue.id);
  if (queue.autoscale == Autoscale::kDriver) lets_drivers_begin_ = true;
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
  Amounts change = each;
  for (int64_t& amount : change) amount = SaturatingMultiply(amount, count);
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    Queue& queue = queues_[id.value];
    if (half_life_.on()) half_life_.Advance(queue.used, queue.held, now_, &queue.past);
    Amounts& amounts = use == Use::kUsed   ? queue.used
                       : use == Use::kHeld ? queue.held
                                           : queue.leaving;
    if (amounts.size() < change.size()) amounts.resize(change.size(), 0);
    for (size_t i = 0; i < change.size(); ++i) {
      // No less than zero but within a draft, which may ask what is without more than there is, and
      // gives back exactly what it took.
      amounts[i] = SaturatingAdd(amounts[i], change[i]);
    }
  }
}

void Tree::CountRunning(QueueId leaf, int32_t by) {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) queues_[id.value].running += by;
}

Tree::Excess Tree::Exceeds(QueueId leaf, const Amounts& more) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    const Queue& queue = at(id);
    if (!queue.limits) continue;
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
    if (!at(id).limits) continue;
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
  if (half_life_.on()) return ShareWithPast(queue);
  LargestPart largest;
  for (size_t i = 0; i < std::max(queue.used.size(), queue.held.size()); ++i) {
    const int64_t have = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
    largest.Add(have, AmountAt(total_, i));
  }
  return largest.Weighted(queue.weight);
}

// The sum, not the larger of both: of two who use the same now, the one that used more before
// stands behind, and each gang that starts counts. Under steady use it is twice the use, and the
// order is what it would be without.
Share Tree::ShareWithPast(const Queue& queue) const {
  AverageUse past = queue.past;
  half_life_.Advance(queue.used, queue.held, now_, &past);
  LargestPart largest;
  for (size_t i = 0; i < std::max({queue.used.size(), queue.held.size(), past.parts.size()}); ++i) {
    const int64_t have = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
    largest.Add(SaturatingAdd(have, past.Rounded(i)), AmountAt(total_, i));
  }
  return largest.Weighted(queue.weight);
}

void Tree::Advance(absl::Time now) {
  if (!half_life_.on() || now <= now_) return;
  const bool first = now_ == absl::InfinitePast();
  now_ = now;
  if (!first) return;
  for (Queue& queue : queues_) {
    // One that was never recalled begins now, and a clock may have been ahead.
    if (queue.past.at == absl::InfinitePast() || queue.past.at > now) queue.past.at = now;
  }
}

std::vector<std::pair<std::string, AverageUse>> Tree::PastUses() const {
  std::vector<std::pair<std::string, AverageUse>> uses;
  for (const Queue& queue : queues_) {
    uses.emplace_back(queue.path, queue.past);
    if (half_life_.on()) {
      half_life_.Advance(queue.used, queue.held, now_, &uses.back().second);
    }
  }
  for (const auto& [path, past] : recalled_) {
    if (!half_life_.on() || now_ <= half_life_.SettledAfter(past.at)) uses.emplace_back(path, past);
  }
  return uses;
}

void Tree::Recall(const std::string& path, AverageUse average) {
  for (const auto* index : {&leaves_, &inner_}) {
    const auto found = index->find(path);
    if (found == index->end()) continue;
    queues_[found->second.value].past = std::move(average);
    return;
  }
  recalled_[path] = std::move(average);
}

bool Tree::BelowGuaranteed(QueueId id) const {
  const Queue& queue = at(id);
  if (!queue.guarantees) return false;
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
