// SPDX-License-Identifier: Apache-2.0
#include "test/cycle/slow_limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace muster::test {

namespace {

ResourceList GuaranteedInSum(const QueueSpec& spec) {
  ResourceList sum;
  const size_t times = spec.per_namespace ? spec.namespaces.size() : 1;
  for (size_t i = 0; i < times; ++i) sum.Add(spec.guaranteed);
  return sum;
}

ResourceList OfSiblings(const std::vector<QueueSpec>& siblings, const std::string& name) {
  ResourceList sum;
  for (const QueueSpec& spec : siblings) {
    if (spec.name != name) sum.Add(GuaranteedInSum(spec));
  }
  return sum;
}

bool Within(const std::string& leaf, const std::string& path) {
  return leaf == path || leaf.rfind(path + ".", 0) == 0;
}

class Tally {
 public:
  Tally(const QueueConfig& config, const std::vector<SlowUse>& uses)
      : config_(config), uses_(uses) {}

  SlowLimits Take() {
    for (const SlowUse& use : uses_) {
      bool reclaimable = true;
      for (const SlowLevel& level : LevelsTo(config_, use.queue)) {
        reclaimable = reclaimable && level.spec.reclaimable;
        Queue(level, reclaimable);
        User(level, use.user);
        for (const auto& [group, globs] : config_.groups) {
          if (InGroup(use.user, group)) Group(level, group);
        }
      }
    }
    return std::move(limits_);
  }

 private:
  bool InGroup(const std::string& user, const std::string& group) const {
    const std::vector<std::string>& globs = config_.groups.at(group);
    return std::any_of(globs.begin(), globs.end(),
                       [&user](const std::string& glob) { return GlobMatches(glob, user); });
  }

  template <typename Counts>
  void Put(const std::string& who, const std::string& path, const std::optional<int32_t>& gangs,
           const std::map<std::string, int64_t>& max, Counts counts) {
    int64_t begun = 0;
    ResourceList sum;
    for (const SlowUse& use : uses_) {
      if (!Within(use.queue, path) || !counts(use)) continue;
      begun += use.gangs;
      sum.Add(use.amounts);
    }
    if (gangs.has_value()) limits_[{who, ""}] = {begun, *gangs};
    for (const auto& [name, amount] : max) limits_[{who, name}] = {sum.Get(name), amount};
  }

  void Queue(const SlowLevel& level, bool reclaimable) {
    std::map<std::string, int64_t> max;
    for (const auto& [name, amount] : level.spec.max.entries()) max[name] = amount;
    for (const auto& [name, amount] : level.of_siblings.entries()) {
      if (reclaimable || amount == 0) continue;
      const int64_t own = level.spec.guaranteed.Get(name);
      max[name] = max.count(name) > 0 ? std::min(max[name], own) : own;
    }
    Put("queue " + level.path, level.path, level.spec.max_running, max,
        [](const SlowUse&) { return true; });
  }

  template <typename Counts>
  void Of(const UseLimits& limits, const char* kind, const std::string& name,
          const std::string& path, Counts counts) {
    const auto named = limits.named.find(name);
    const UseLimit* limit = named != limits.named.end()    ? &named->second
                            : limits.otherwise.has_value() ? &*limits.otherwise
                                                           : nullptr;
    if (limit == nullptr) return;
    std::map<std::string, int64_t> max;
    for (const auto& [resource, amount] : limit->max.entries()) max[resource] = amount;
    Put(absl::StrCat(kind, " ", name, " in queue ", path), path, limit->max_running, max, counts);
  }

  void User(const SlowLevel& level, const std::string& user) {
    Of(level.spec.users, "user", user, level.path,
       [&user](const SlowUse& use) { return use.user == user; });
  }

  void Group(const SlowLevel& level, const std::string& group) {
    Of(level.spec.groups, "group", group, level.path,
       [this, &group](const SlowUse& use) { return InGroup(use.user, group); });
  }

  const QueueConfig& config_;
  const std::vector<SlowUse>& uses_;
  SlowLimits limits_;
};

}  // namespace

std::vector<SlowLevel> LevelsTo(const QueueConfig& config, const std::string& leaf) {
  std::vector<SlowLevel> levels;
  const std::vector<QueueSpec>* siblings = &config.queues;
  for (absl::string_view part : absl::StrSplit(leaf, '.')) {
    const std::string name(part);
    const std::string path = levels.empty() ? name : levels.back().path + "." + name;
    if (!levels.empty() && levels.back().spec.per_namespace) {
      // The template stands for its leaf: what it says is the leaf's, but for its place above.
      QueueSpec spec = levels.back().spec;
      QueueSpec above;
      above.name = spec.name;
      above.weight = spec.weight;
      above.priority = spec.priority;
      above.state = spec.state;
      above.max_priority = spec.max_priority;
      above.reclaimable = spec.reclaimable;
      above.guaranteed = GuaranteedInSum(spec);
      levels.back().spec = above;
      spec.weight = 1;
      spec.priority = 0;
      spec.per_namespace = false;
      ResourceList others;
      for (size_t i = 1; i < spec.namespaces.size(); ++i) others.Add(spec.guaranteed);
      levels.push_back({path, spec, others});
      return levels;
    }
    const auto found = std::find_if(siblings->begin(), siblings->end(),
                                    [&name](const QueueSpec& spec) { return spec.name == name; });
    if (found == siblings->end()) return {};
    levels.push_back({path, *found, OfSiblings(*siblings, name)});
    siblings = &found->queues;
  }
  if (levels.back().spec.per_namespace || !levels.back().spec.queues.empty()) return {};
  return levels;
}

SlowLimits LimitsOf(const QueueConfig& config, const std::vector<SlowUse>& uses) {
  return Tally(config, uses).Take();
}

std::vector<SlowUse> UsesOf(const State& state, bool staying) {
  std::vector<SlowUse> uses;
  const auto add = [&state](SlowUse* use, RoleId role, int32_t count) {
    for (int32_t i = 0; i < count; ++i) {
      use->amounts.Add(state.roles().at(role).spec.requests);
      use->amounts.Add(ResourceList{{kPods, 1}});
    }
  };
  for (const Gang& gang : state.gangs()) {
    if (!gang.id.valid() || !gang.queue.valid()) continue;
    const bool begun = gang.state == GangState::kStarting || gang.state == GangState::kStarted;
    SlowUse use{state.tree().at(gang.queue).path, gang.user, {}, begun ? 1 : 0};
    for (PodId pod : gang.members) {
      const Footing& footing = state.pod(pod).footing;
      if (staying && footing.standing == Standing::kDeparting) continue;
      if (OnNode(footing.standing) && footing.queue.valid()) add(&use, footing.role, 1);
    }
    for (const ClaimSlot& slot : gang.claim) add(&use, slot.role, slot.count);
    uses.push_back(std::move(use));
    if (staying && gang.evicted) continue;
    SlowUse& held = uses.back();
    for (const HoldSlot& slot : gang.holds) add(&held, gang.executor, slot.count);
    for (const RepairHold& repair : gang.repairs) add(&held, repair.role, 1);
  }
  return uses;
}

}  // namespace muster::test
