// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/kubelets.h"

#include <vector>

namespace muster::sim {

ResourceList Requested(const Pod& pod) {
  ResourceList requests = pod.role.requests;
  requests.Set(kPods, 1);
  return requests;
}

void Kubelets::OnPod(const Pod& pod) {
  if (pod.node_name.empty()) return;
  if (IsTerminal(pod)) {
    admitted_[pod.node_name].erase(pod.uid);
    return;
  }
  const std::string uid = pod.uid;
  if (!api_->nodes().contains(pod.node_name)) {
    CollectLater(pod.node_name);
    return;
  }
  if (pod.deleting) {
    if (!stopping_.insert(uid).second) return;
    const absl::Duration short_end =
        random_.Between(absl::Milliseconds(300), absl::Milliseconds(900));
    timeline_->After(pod.grace > codec::kAtOnce ? pod.grace : short_end, [this, uid] {
      api_->SetPhase(uid, PodPhase::kFailed);
      api_->Remove(uid);
    });
    return;
  }
  if (!seen_.insert(uid).second) return;
  timeline_->After(random_.Between(absl::Milliseconds(5), absl::Milliseconds(50)),
                   [this, uid] { Admit(uid); });
}

void Kubelets::OnPodGone(const Pod& pod) {
  seen_.erase(pod.uid);
  stopping_.erase(pod.uid);
  if (!pod.node_name.empty()) admitted_[pod.node_name].erase(pod.uid);
}

void Kubelets::OnNodeGone(const Node& node) {
  CollectLater(node.name);
  admitted_.erase(node.name);
}

bool Kubelets::HasRoom(const Pod& pod, const Node& node) const {
  ResourceList sum = Requested(pod);
  const auto at = admitted_.find(node.name);
  if (at != admitted_.end()) {
    for (const std::string& uid : at->second) sum.Add(Requested(*api_->Find(uid)));
  }
  for (const auto& [name, amount] : sum.entries()) {
    if (amount > node.allocatable.Get(name)) return false;
  }
  return true;
}

void Kubelets::Admit(const std::string& uid) {
  const Pod* pod = api_->Find(uid);
  if (pod == nullptr || IsTerminal(*pod) || pod->deleting) return;
  const auto node = api_->nodes().find(pod->node_name);
  if (node == api_->nodes().end()) return;
  if (!HasRoom(*pod, node->second)) {
    ++rejected_;
    api_->SetPhase(uid, PodPhase::kFailed);
    return;
  }
  admitted_[pod->node_name].insert(uid);
  timeline_->After(random_.Between(absl::Milliseconds(500), absl::Milliseconds(2000)), [this, uid] {
    const Pod* starting = api_->Find(uid);
    if (starting != nullptr && !starting->deleting) api_->SetPhase(uid, PodPhase::kRunning);
  });
}

void Kubelets::CollectLater(const std::string& node_name) {
  timeline_->After(pod_collection_, [this, node_name] {
    if (api_->nodes().contains(node_name)) return;
    std::vector<std::string> orphans;
    for (const auto& [uid, pod] : api_->pods()) {
      if (pod.node_name == node_name) orphans.push_back(uid);
    }
    for (const std::string& uid : orphans) {
      api_->SetPhase(uid, PodPhase::kFailed);
      api_->Remove(uid);
    }
  });
}

}  // namespace muster::sim
