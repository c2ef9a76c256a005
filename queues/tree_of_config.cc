// SPDX-License-Identifier: Apache-2.0
// From the config to the tree: what holds below a queue is handed down, and a queue that nobody may
// take back from is kept within its guarantee.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "queues/tree.h"

namespace muster {

namespace {

UserCap ToCap(const UseLimit& limit, ResourceTable* resources) {
  return {limit.max_running, resources->ToAmounts(limit.max, kUnlimited)};
}

UserCaps ToCaps(const UseLimits& limits, ResourceTable* resources) {
  UserCaps caps;
  if (limits.otherwise.has_value()) caps.otherwise = ToCap(*limits.otherwise, resources);
  for (const auto& [name, limit] : limits.named) caps.named[name] = ToCap(limit, resources);
  return caps;
}

Queue ToQueue(const QueueSpec& spec, ResourceTable* resources) {
  Queue queue;
  queue.path = spec.name;
  queue.weight = spec.weight;
  queue.guaranteed = resources->ToAmounts(spec.guaranteed);
  queue.max = resources->ToAmounts(spec.max, kUnlimited);
  queue.limit = queue.max;
  queue.max_running = spec.max_running;
  queue.users = ToCaps(spec.users, resources);
  queue.groups = ToCaps(spec.groups, resources);
  queue.limits_users = !spec.users.empty() || !spec.groups.empty();
  queue.state = spec.state;
  queue.priority = spec.priority;
  queue.max_priority = spec.max_priority;
  queue.preemptible = spec.preemptible;
  queue.reclaimable = spec.reclaimable;
  queue.min_runtime = spec.min_runtime;
  queue.evictions_per_hour = spec.evictions_per_hour;
  queue.order = spec.order;
  queue.backfill = spec.backfill;
  queue.starve_after = spec.starve_after;
  queue.autoscale = spec.autoscale;
  queue.scale_after = spec.scale_after;
  queue.max_unbacked = spec.max_unbacked;
  queue.namespaces = spec.namespaces;
  queue.service_accounts = spec.service_accounts;
  return queue;
}

void Inherit(const Queue& parent, Queue* queue) {
  if (!parent.path.empty()) queue->path = absl::StrCat(parent.path, ".", queue->path);
  queue->parent = parent.id;
  queue->limits_users = queue->limits_users || parent.limits_users;
  queue->state = std::max(queue->state, parent.state);
  queue->max_priority = std::min(queue->max_priority, parent.max_priority);
  queue->preemptible = queue->preemptible && parent.preemptible;
  queue->reclaimable = queue->reclaimable && parent.reclaimable;
  queue->min_runtime = std::max(queue->min_runtime, parent.min_runtime);
}

// Of each resource that others are guaranteed (`of_others`) at most what it is guaranteed itself.
void Confine(const Amounts& of_others, Queue* queue) {
  if (queue->limit.size() < of_others.size()) queue->limit.resize(of_others.size(), kUnlimited);
  for (size_t i = 0; i < of_others.size(); ++i) {
    if (of_others[i] <= 0) continue;
    queue->limit[i] = std::min(queue->limit[i], AmountAt(queue->guaranteed, i));
  }
  queue->limits = !queue->limit.empty();
}

}  // namespace

Tree::Tree(const QueueConfig& config, ResourceTable* resources) : half_life_(config.half_life) {
  Append(Queue{});
  Add(config.queues, kRoot, resources);
  Rank();
}

void Tree::Add(const std::vector<QueueSpec>& siblings, QueueId parent, ResourceTable* resources) {
  std::vector<QueueId> ids;
  Amounts sum;
  for (const QueueSpec& spec : siblings) {
    ids.push_back(AddOne(spec, parent, resources));
    AddScaled(&sum, at(ids.back()).guaranteed, 1);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!at(ids[i]).reclaimable) {
      Amounts of_others = sum;
      AddScaled(&of_others, at(ids[i]).guaranteed, -1);
      Confine(of_others, &queues_[ids[i].value]);
    }
    if (!siblings[i].queues.empty()) Add(siblings[i].queues, ids[i], resources);
  }
}

QueueId Tree::AddOne(const QueueSpec& spec, QueueId parent, ResourceTable* resources) {
  Queue queue = ToQueue(spec, resources);
  Inherit(at(parent), &queue);
  if (spec.per_namespace) return AddTemplate(spec, std::move(queue));
  const QueueId id = Append(std::move(queue));
  (spec.queues.empty() ? leaves_ : inner_)[at(id).path] = id;
  if (spec.queues.empty()) Claim(id);
  return id;
}

// The template stands among its siblings with its weight and priority, and is guaranteed what its
// leaves are in sum; all else is each leaf's.
QueueId Tree::AddTemplate(const QueueSpec& spec, Queue leaf) {
  Queue above;
  above.path = leaf.path;
  above.parent = leaf.parent;
  above.weight = leaf.weight;
  above.priority = leaf.priority;
  above.state = leaf.state;
  above.max_priority = leaf.max_priority;
  above.reclaimable = leaf.reclaimable;
  above.preemptible = leaf.preemptible;
  above.min_runtime = leaf.min_runtime;
  above.limits_users = at(leaf.parent).limits_users;
  above.namespaces = leaf.namespaces;
  above.per_namespace = true;
  const auto leaves = static_cast<int64_t>(spec.namespaces.size());
  AddScaled(&above.guaranteed, leaf.guaranteed, leaves);
  const QueueId id = Append(std::move(above));
  inner_[at(id).path] = id;
  leaf.parent = id;
  leaf.weight = 1;
  leaf.priority = 0;
  if (!leaf.reclaimable && leaves > 1) Confine(leaf.guaranteed, &leaf);
  templates_[id] = std::move(leaf);
  Claim(id);
  return id;
}

void Tree::Claim(QueueId id) {
  for (const std::string& glob : at(id).namespaces) {
    const size_t plain = glob.find_first_of("*?");
    if (plain == glob.npos) {
      by_namespace_.try_emplace(glob, id);
    } else {
      by_glob_[glob.substr(0, plain)].emplace_back(glob, id);
    }
  }
}

QueueId Tree::DeepestInner(absl::string_view path) const {
  while (true) {
    const size_t dot = path.rfind('.');
    if (dot == path.npos) return kRoot;
    path = path.substr(0, dot);
    auto found = inner_.find(path);
    if (found != inner_.end()) return found->second;
  }
}

QueueId Tree::LeafOrDraining(absl::string_view path) {
  const QueueId found = FindLeaf(path);
  if (found.valid()) return found;
  const auto [of_template, ns] = TemplateOf(path);
  if (of_template.valid() && at(of_template).Admits(ns)) return LeafFor(of_template, ns);
  Queue queue;
  queue.state = QueueState::kDraining;
  Inherit(at(DeepestInner(path)), &queue);
  queue.path = std::string(path);
  queue.draining = true;
  return leaves_[std::string(path)] = Append(std::move(queue));
}

}  // namespace muster
