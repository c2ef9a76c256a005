// SPDX-License-Identifier: Apache-2.0
#include "queues/tree.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace muster {

namespace {

int64_t LimitAt(const Amounts& max, size_t column) {
  return column < max.size() ? max[column] : kUnlimited;
}

bool Admits(const Queue& queue, absl::string_view ns) {
  return queue.namespaces.empty() ||
         std::any_of(queue.namespaces.begin(), queue.namespaces.end(),
                     [ns](const std::string& glob) { return GlobMatches(glob, ns); });
}

}  // namespace

bool GlobMatches(absl::string_view glob, absl::string_view text) {
  size_t g = 0;
  size_t t = 0;
  size_t star = absl::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (star != absl::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

Tree::Tree(const QueueConfig& config, ResourceTable* resources) {
  Append(Queue{});
  for (const QueueSpec& spec : config.queues) Add(spec, kRoot, resources);
  Rank();
}

QueueId Tree::Append(Queue queue) {
  queue.id = QueueId{static_cast<uint32_t>(queues_.size())};
  if (queue.parent.valid()) queues_[queue.parent.value].children.push_back(queue.id);
  queues_.push_back(std::move(queue));
  return queues_.back().id;
}

void Tree::Add(const QueueSpec& spec, QueueId parent, ResourceTable* resources) {
  Queue queue;
  queue.parent = parent;
  const std::string& above = at(parent).path;
  queue.path = above.empty() ? spec.name : absl::StrCat(above, ".", spec.name);
  queue.weight = spec.weight;
  queue.guaranteed = resources->ToAmounts(spec.guaranteed);
  queue.max = resources->ToAmounts(spec.max, kUnlimited);
  queue.order = spec.order;
  queue.preemptible = spec.preemptible;
  queue.reclaimable = spec.reclaimable;
  queue.min_runtime = spec.min_runtime;
  queue.evictions_per_hour = spec.evictions_per_hour;
  queue.namespaces = spec.namespaces;
  const QueueId id = Append(std::move(queue));
  for (const QueueSpec& child : spec.queues) Add(child, id, resources);
  if (spec.queues.empty()) leaves_[at(id).path] = id;
}

void Tree::Rank() {
  std::vector<QueueId> ids;
  for (const Queue& queue : queues_) ids.push_back(queue.id);
  std::sort(ids.begin(), ids.end(),
            [this](QueueId a, QueueId b) { return at(a).path < at(b).path; });
  for (size_t i = 0; i < ids.size(); ++i) queues_[ids[i].value].rank = static_cast<uint32_t>(i);
}

QueueId Tree::FindLeaf(absl::string_view path) const {
  auto found = leaves_.find(path);
  return found == leaves_.end() ? QueueId{} : found->second;
}

QueueId Tree::LeafOrDraining(absl::string_view path) {
  const QueueId found = FindLeaf(path);
  if (found.valid()) return found;
  Queue queue;
  queue.parent = kRoot;
  queue.path = std::string(path);
  queue.draining = true;
  const QueueId id = Append(std::move(queue));
  leaves_[at(id).path] = id;
  Rank();
  return id;
}

LeafChoice Tree::Choose(absl::string_view label, absl::string_view ns) const {
  using Problem = LeafChoice::Problem;
  if (!label.empty()) {
    const QueueId leaf = FindLeaf(label);
    if (!leaf.valid()) {
      const bool inner = std::any_of(queues_.begin(), queues_.end(),
                                     [label](const Queue& queue) { return queue.path == label; });
      return {QueueId{}, inner ? Problem::kNotALeaf : Problem::kNoSuchQueue, std::string(label)};
    }
    if (!Admits(at(leaf), ns)) return {QueueId{}, Problem::kNamespace, std::string(label)};
    return {leaf, Problem::kNone, ""};
  }
  for (const auto& [path, id] : leaves_) {
    const Queue& queue = at(id);
    if (!queue.namespaces.empty() && !queue.draining && Admits(queue, ns)) {
      return {id, Problem::kNone, ""};
    }
  }
  const QueueId fallback = FindLeaf("default");
  if (fallback.valid() && Admits(at(fallback), ns)) return {fallback, Problem::kNone, ""};
  return {QueueId{}, Problem::kNoQueueForNamespace, std::string(ns)};
}

void Tree::Charge(QueueId leaf, const Amounts& each, int64_t count, Use use) {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    Queue& queue = queues_[id.value];
    Amounts& amounts = use == Use::kUsed   ? queue.used
                       : use == Use::kHeld ? queue.held
                                           : queue.leaving;
    AddScaled(&amounts, each, count);
    // Only a sum that saturated could fall below zero here.
    for (int64_t& amount : amounts) amount = std::max<int64_t>(amount, 0);
  }
}

Tree::Excess Tree::Exceeds(QueueId leaf, const Amounts& more) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    const Queue& queue = at(id);
    for (size_t i = 0; i < more.size(); ++i) {
      if (more[i] == 0) continue;
      const int64_t now = SaturatingAdd(AmountAt(queue.used, i), AmountAt(queue.held, i));
      if (SaturatingAdd(now, more[i]) > LimitAt(queue.max, i)) {
        return {id, static_cast<uint32_t>(i)};
      }
    }
  }
  return {};
}

Tree::Excess Tree::ExceedsEmpty(QueueId leaf, const Amounts& amounts) const {
  for (QueueId id = leaf; id.valid(); id = at(id).parent) {
    for (size_t i = 0; i < amounts.size(); ++i) {
      if (amounts[i] > LimitAt(at(id).max, i)) return {id, static_cast<uint32_t>(i)};
    }
  }
  return {};
}

Share Tree::ShareOf(QueueId id) const {
  const Queue& queue = at(id);
  Amounts sum = queue.used;
  AddScaled(&sum, queue.held, 1);
  return DominantShare(sum, total_, queue.weight);
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
  const std::strong_ordering order = Compare(ShareOf(a), ShareOf(b));
  if (order != 0) return order < 0;
  return at(a).rank < at(b).rank;
}

}  // namespace muster
