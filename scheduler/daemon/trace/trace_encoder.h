// SPDX-License-Identifier: Apache-2.0
// Operations to bytes. What is known already is left out: a pod is written as what differs from the
// same pod in the state before the event, a new one as what differs from the new one before it, a
// stamp as what differs from the one before it, and texts that come again as numbers. So a trace
// can only be read along with the state that it makes.
//
// Runs on the loop's thread for every event: it looks nothing up that can be kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "scheduler/daemon/trace/bytes.h"
#include "scheduler/daemon/trace/operation.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class TraceEncoder {
 public:
  // Another file: nothing is known to its reader.
  void BeginFile(const State& state, absl::Time now, bool from_image);
  // Before `event` is applied to `before`.
  void OnEvent(const State& before, const Event& event, absl::Time now);
  void OnExpire(absl::Time now);
  void OnPlan(const Plan& plan, absl::Time now);
  void OnLost(absl::string_view why);
  void OnEnd(bool goes_on);
  // Keeps up what must not be missed while nothing is written.
  void Skip(const State& before, const Event& event);

  size_t size() const { return sink_.size(); }
  std::string Take() { return sink_.Take(); }
  // For what is written beside operations.
  Sink& sink() { return sink_; }

 private:
  void At(absl::Time now);
  void On(const State& before, const PodSeen& event);
  void On(const State& before, const PodGone& event);
  void On(const State& before, const NodeSeen& event);
  void On(const State& before, const NodeGone& event);
  void On(const State& before, const QueuesSeen& event);
  void On(const State& before, const ForecastSeen& event);
  void On(const State& before, const ForecastMissing& event);
  void On(const State& before, const BindAccepted& event);
  void On(const State& before, const BindRefused& event);
  void On(const State& before, const EvictionRefused& event);
  void On(const State& before, const MemorySeen& event);
  void On(const State& before, const Synced& event);
  PodId Find(const State& before, const std::string& uid) const;
  // The number of a known pod, or 0 and its uid.
  void PutPod(const State& before, const std::string& uid);
  // The fields that differ.
  uint64_t PutDelta(const Pod& pod, const Pod& base, bool fresh);
  void PutStamp(const std::optional<Stamp>& stamp);
  void PutRole(const RoleSpec& role);

  Sink sink_;
  absl::Time now_;
  Pod fresh_;    // the last new pod
  Stamp stamp_;  // the last one that was told
  std::vector<RoleSpec> roles_;
  // By hash of the uid. A pod that is not here is written as a new one, which is never wrong.
  absl::flat_hash_map<uint64_t, PodId> pods_;
  std::vector<ReasonCode> told_;  // by gang
  VerdictDigest digest_;
};

// By gang slot, the code that its waiting is told with; what differs from before, in the order of
// the plan. Encoder and replay both keep it.
std::vector<std::pair<GangId, ReasonCode>> ChangedCodes(const std::vector<Verdict>& verdicts,
                                                        std::vector<ReasonCode>* told);
RecordedPlan ToRecord(const Plan& plan, std::vector<ReasonCode>* told, VerdictDigest* digest);

}  // namespace muster::daemon
