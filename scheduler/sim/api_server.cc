// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/api_server.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "queues/tree.h"
#include "scheduler/codec/stamp.h"
#include "scheduler/codec/stamp_codec.h"

namespace muster::sim {
namespace {

std::string FullName(const Pod& pod) { return absl::StrCat(pod.ns, "/", pod.name); }

}  // namespace

void ApiServer::Unwatch(Watcher* watcher) {
  watchers_.erase(std::remove(watchers_.begin(), watchers_.end(), watcher), watchers_.end());
}

void ApiServer::Tell(const Pod& pod) {
  for (Watcher* watcher : watchers_) watcher->OnPod(pod);
}

std::string ApiServer::Create(Pod pod) {
  const std::string full_name = FullName(pod);
  if (uids_.contains(full_name)) return "";
  pod.uid = UidOf(static_cast<PodNumber>(pods_.size()));
  pod.generation = 1;
  // The API keeps creation times in whole seconds.
  const absl::Time created = pod.created == absl::Time() ? timeline_->now() : pod.created;
  pod.created = absl::FromUnixSeconds(absl::ToUnixSeconds(created));
  uids_[full_name] = pod.uid;
  const Pod& kept = *pods_.emplace_back(std::make_unique<Pod>(std::move(pod)));
  std::string uid = kept.uid;
  Changed();
  Tell(kept);
  return uid;
}

const Pod* ApiServer::Find(const std::string& uid) const {
  const PodNumber number = NumberOf(uid);
  return number < pods_.size() ? pods_[number].get() : nullptr;
}

Pod* ApiServer::At(const std::string& uid) {
  const PodNumber number = NumberOf(uid);
  return number < pods_.size() ? pods_[number].get() : nullptr;
}

const Pod* ApiServer::FindNamed(const std::string& ns, const std::string& name) const {
  const auto at = uids_.find(absl::StrCat(ns, "/", name));
  return at == uids_.end() ? nullptr : Find(at->second);
}

Answer ApiServer::Meets(const loop::PodRef& ref) const {
  const Pod* pod = Find(ref.uid);
  if (pod != nullptr && pod->name == ref.name && pod->ns == ref.ns) return {};
  const Pod* named = FindNamed(ref.ns, ref.name);
  if (named == nullptr) return {404, absl::StrCat("pods \"", ref.name, "\" not found")};
  if (named->uid != ref.uid) {
    return {409, absl::StrCat("Precondition failed: UID in precondition: ", ref.uid,
                              ", UID in object meta: ", named->uid)};
  }
  return {};
}

Answer ApiServer::Bind(const loop::BindPod& bind) {
  if (Answer met = Meets(bind.pod); !met.ok()) return met;
  Pod& pod = *At(bind.pod.uid);
  if (pod.deleting)
    return {409, absl::StrCat("pod ", pod.name, " is being deleted, cannot be assigned")};
  if (!pod.node_name.empty()) {
    return {409,
            absl::StrCat("pod ", pod.name, " is already assigned to node \"", pod.node_name, "\"")};
  }
  if (pod.gated)
    return {422, absl::StrCat("pod ", pod.name, " has non-empty .spec.schedulingGates")};
  pod.node_name = bind.node;
  // Over the wire and back, as in the real world.
  const auto annotations = codec::EncodeStamp(bind.stamp);
  using Text = absl::optional<absl::string_view>;
  pod.stamp = codec::ReadStamp([&annotations](absl::string_view key) -> Text {
    for (const auto& [name, value] : annotations) {
      if (name == key) return absl::string_view(value);
    }
    return absl::nullopt;
  });
  pod.condition_reason.clear();
  pod.condition_message.clear();
  ++pod.generation;
  ++binds_;
  Changed();
  Tell(pod);
  return {};
}

void ApiServer::Delete(const std::string& uid) {
  Pod* pod = At(uid);
  if (pod == nullptr || pod->deleting) return;
  if (pod->node_name.empty() || IsTerminal(*pod)) {
    Remove(uid);
    return;
  }
  pod->deleting = true;
  ++pod->generation;
  Changed();
  Tell(*pod);
}

// As pkg/registry/core/pod/storage/eviction.go: a pod that does not serve, or goes anyway, asks no
// budget.
Answer ApiServer::AskBudgets(const Pod& pod) const {
  if (pod.deleting || pod.phase != PodPhase::kRunning) return {};
  const codec::DisruptionBudget* budget = nullptr;
  for (const codec::DisruptionBudget& each : budgets_) {
    if (!GlobMatches(each.pods, FullName(pod))) continue;
    if (budget != nullptr) {
      return {500,
              "This pod has more than one PodDisruptionBudget, which the eviction subresource "
              "does not support."};
    }
    budget = &each;
  }
  return budget == nullptr ? Answer() : AskBudget(*budget, 1);
}

Answer ApiServer::AskBudget(const codec::DisruptionBudget& budget, int64_t count) const {
  int64_t exist = 0;
  int64_t healthy = 0;
  for (const auto& [uid, other] : pods()) {
    if (!GlobMatches(budget.pods, FullName(other)) || IsTerminal(other)) continue;
    ++exist;
    if (other.phase == PodPhase::kRunning && !other.deleting) ++healthy;
  }
  const int64_t wanted = budget.min_available.has_value()
                             ? int64_t{*budget.min_available}
                             : exist - budget.max_unavailable.value_or(0);
  if (healthy - count >= wanted) return {};
  return {429, absl::StrCat("Cannot evict pod as it would violate the pod's disruption budget: "
                            "needs ",
                            wanted, " healthy pods and has ", healthy, " currently")};
}

Answer ApiServer::AskTogether(const std::vector<loop::PodRef>& pods) const {
  for (const codec::DisruptionBudget& budget : budgets_) {
    const auto counts = [&](const loop::PodRef& ref) {
      const Pod* pod = Find(ref.uid);
      return pod != nullptr && !pod->deleting && pod->phase == PodPhase::kRunning &&
             GlobMatches(budget.pods, FullName(*pod));
    };
    const auto count = std::count_if(pods.begin(), pods.end(), counts);
    if (count == 0) continue;
    if (Answer answer = AskBudget(budget, count); !answer.ok()) return answer;
  }
  return {};
}

Answer ApiServer::Evict(const loop::PodRef& ref, bool dry_run) {
  if (Answer met = Meets(ref); !met.ok()) return met;
  const Pod& pod = *At(ref.uid);
  Answer answer = AskBudgets(pod);
  if (!answer.ok() || dry_run || pod.deleting) return answer;
  evicted_.push_back(FullName(pod));
  for (Watcher* watcher : watchers_) watcher->OnEvicted(pod);
  Delete(ref.uid);
  return answer;
}

void ApiServer::Remove(const std::string& uid) {
  if (At(uid) == nullptr) return;
  const std::unique_ptr<Pod> gone = std::move(pods_[NumberOf(uid)]);
  uids_.erase(FullName(*gone));
  Changed();
  for (Watcher* watcher : watchers_) watcher->OnPodGone(*gone);
}

void ApiServer::SetPhase(const std::string& uid, PodPhase phase) {
  Pod* pod = At(uid);
  if (pod == nullptr || IsTerminal(*pod) || pod->phase == phase) return;
  pod->phase = phase;
  Changed();
  Tell(*pod);
}

void ApiServer::SetCondition(const loop::SetCondition& condition) {
  Pod* pod = At(condition.pod.uid);
  if (pod == nullptr || !pod->node_name.empty()) return;
  pod->condition_reason = condition.reason;
  pod->condition_message = condition.message;
  Tell(*pod);
}

void ApiServer::Ungate(const std::string& uid) {
  Pod& pod = *At(uid);
  pod.gated = false;
  ++pod.generation;
  Changed();
  Tell(pod);
}

void ApiServer::RaiseMinimum(const std::string& uid, int32_t minimum) {
  Pod& pod = *At(uid);
  pod.gang_min = minimum;
  Changed();
  Tell(pod);
}

void ApiServer::PutNode(Node node) {
  const auto at = nodes_.find(node.name);
  if (at != nodes_.end() && node.uid.empty()) node.uid = at->second.uid;
  if (node.uid.empty()) node.uid = absl::StrCat("node-", absl::Hex(next_node_++, absl::kZeroPad8));
  const Node& kept = nodes_[node.name] = node;
  Changed();
  for (Watcher* watcher : watchers_) watcher->OnNode(kept);
}

void ApiServer::RemoveNode(const std::string& name) {
  const auto at = nodes_.find(name);
  if (at == nodes_.end()) return;
  const Node gone = std::move(at->second);
  nodes_.erase(at);
  Changed();
  for (Watcher* watcher : watchers_) watcher->OnNodeGone(gone);
}

void ApiServer::PutConfigMap(const std::string& name, std::map<std::string, std::string> entries) {
  config_maps_[name] = std::move(entries);
  Changed();
}

const std::map<std::string, std::string>* ApiServer::FindConfigMap(const std::string& name) const {
  const auto at = config_maps_.find(name);
  return at == config_maps_.end() ? nullptr : &at->second;
}

void ApiServer::Post(const loop::PostEvent& event) {
  ++events_[{absl::StrCat(event.pod.ns, "/", event.pod.name), event.reason}];
}

}  // namespace muster::sim
