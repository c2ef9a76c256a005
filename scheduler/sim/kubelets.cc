// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/kubelets.h"

#include <utility>
#include <vector>

namespace muster::sim {

void Kubelets::OnPod(const Pod& pod) {
  if (pod.node_name.empty()) return;
  if (IsTerminal(pod)) {
    End(pod);
    return;
  }
  const std::string uid = pod.uid;
  if (!api_->nodes().contains(pod.node_name)) {
    CollectLater(pod.node_name);
    return;
  }
  Agent& agent = agents_[uid];
  if (pod.deleting) {
    if (std::exchange(agent.stopping, true)) return;
    const absl::Duration short_end =
        random_.Between(absl::Milliseconds(300), absl::Milliseconds(900));
    timeline_->After(pod.grace > codec::kAtOnce ? pod.grace : short_end, [this, uid] {
      api_->SetPhase(uid, PodPhase::kFailed);
      api_->Remove(uid);
    });
    return;
  }
  if (agent.stage != Stage::kUnknown) return;
  agent.stage = Stage::kStarting;
  timeline_->After(random_.Between(absl::Milliseconds(5), absl::Milliseconds(50)),
                   [this, uid] { Admit(uid); });
}

void Kubelets::End(const Pod& pod) {
  Agent& agent = agents_[pod.uid];
  if (agent.stage == Stage::kAdmitted) {
    const auto desk = desks_.find(pod.node_name);
    if (desk != desks_.end() && desk->second.life == agent.life) desk->second.load.Count(pod, -1);
  }
  agent.stage = Stage::kEnded;
}

void Kubelets::OnPodGone(const Pod& pod) { End(pod); }

void Kubelets::OnNodeGone(const Node& node) {
  CollectLater(node.name);
  desks_.erase(node.name);
}

void Kubelets::Admit(const std::string& uid) {
  const Pod* pod = api_->Find(uid);
  if (pod == nullptr || IsTerminal(*pod) || pod->deleting) return;
  const auto node = api_->nodes().find(pod->node_name);
  if (node == api_->nodes().end()) return;
  const auto [desk, fresh] = desks_.try_emplace(pod->node_name);
  if (fresh) desk->second.life = ++lives_;
  if (!desk->second.load.Exceeds(node->second, pod).empty()) {
    ++rejected_;
    api_->SetPhase(uid, PodPhase::kFailed);
    return;
  }
  desk->second.load.Count(*pod, 1);
  Agent& agent = agents_[uid];
  agent.stage = Stage::kAdmitted;
  agent.life = desk->second.life;
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
