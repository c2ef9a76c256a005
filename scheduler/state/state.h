// SPDX-License-Identifier: Apache-2.0
// What is: the cluster, the queues and the gangs, rebuilt from events alone. A restarted daemon
// that hears the same objects has the same state, but for claims of time (holds' deadlines start
// anew).
//
// One thread owns a State. A cycle tries things on it through a Draft, which undoes them; what the
// plan decided is then applied with Assume. Pure: `now` is a parameter, nothing here waits or logs.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "queues/past_runs.h"
#include "queues/tree.h"
#include "queues/user_books.h"
#include "queues/user_use.h"
#include "scheduler/model/event.h"
#include "scheduler/model/gang.h"
#include "scheduler/model/plan.h"
#include "scheduler/state/arrivals.h"
#include "scheduler/state/change_log.h"
#include "scheduler/state/derived.h"
#include "scheduler/state/nodes.h"
#include "scheduler/state/pods.h"
#include "scheduler/state/promises.h"
#include "scheduler/state/role_classes.h"
#include "scheduler/state/running_gangs.h"

namespace muster {

class State {
 public:
  explicit State(std::string scheduler_name);

  // --- what a world tells, and what we decided ---
  void Apply(Event event, absl::Time now);
  void Assume(const Plan& plan, absl::Time now);
  // Lets run out what has run out by `now`.
  void Expire(absl::Time now);
  absl::Time NextTimer() const;

  // Whether anything changed since the last ClearChanged that a decision could depend on.
  bool changed() const { return changed_; }
  void ClearChanged() { changed_ = false; }
  // Whether executors of a running driver are still asked for: what they are promised is not known.
  bool AwaitsForecast() const;
  // What the next daemon is to be told (model/memory.h), and whether that has changed since the
  // last ClearMemoryChanged, beside claims: averages of past use do until use has long been steady.
  // What presses is to be told at once.
  Memory ToMemory() const;
  bool memory_changed() const { return memory_changed_ || tree_.now() < past_settled_; }
  bool memory_presses() const { return memory_presses_; }
  void ClearMemoryChanged() { memory_changed_ = memory_presses_ = false; }
  // Drivers whose forecast nobody has asked for yet.
  std::vector<PodId> TakeForecastRequests();

  // --- what is ---
  const std::string& scheduler_name() const { return scheduler_name_; }
  const Nodes& nodes() const { return nodes_; }
  const ResourceTable& resources() const { return resources_; }
  const RoleClasses& roles() const { return roles_; }
  const Tree& tree() const { return tree_; }
  const QueueConfig& config() const { return config_; }
  const PodSlot& pod(PodId id) const { return pods_.at(id); }
  PodId FindPod(absl::string_view uid) const { return pods_.Find(uid); }
  const Pods& pods() const { return pods_; }
  const Gang& gang(GangId id) const { return gangs_[id.value]; }
  const std::deque<Gang>& gangs() const { return gangs_; }  // id invalid: slot not in use
  // Gangs with waiting members, or half-bound, or short of what they were promised.
  const absl::btree_set<GangId>& attention() const { return attention_; }
  const UserUse& user_use() const { return user_use_; }
  // How long it would run from now: its user's word, else its app's in the queue, else infinite.
  absl::Duration Estimate(const Gang& gang) const;
  // Of the gang's user in its leaf: dominant, of that and, where it counts, of past use.
  Share UserShare(const Gang& gang) const;
  // Evictions of the last hour, in order of time.
  const std::vector<PastEviction>& evictions() const { return evictions_; }
  const UserBooks& user_books() const { return user_books_; }
  const RunningGangs& running() const { return running_; }
  const absl::btree_set<GangId>& claimed() const { return claimed_; }
  const ChangeLog& changes() const { return changes_; }
  // Members that are promised room but have none: neither bound nor held.
  int32_t Deficit(const Gang& gang) const;

  // --- for Draft alone: counted, and undone by the opposite count ---
  void TakeRoom(NodeId node, RoleId role, int64_t count);
  void TakeAmounts(NodeId node, const Amounts& amounts, int64_t times) {
    nodes_.Take(node, amounts, times);
  }
  void Charge(const Gang& gang, RoleId role, int64_t count, Tree::Use use);
  void ChargeLeaving(QueueId queue, RoleId role, int64_t count);
  void CountRunning(const Gang& gang, int32_t by);
  // For the cycle: shares are measured by cluster and past use as they are now, gangs numbered.
  void Refresh(absl::Time now) {
    tree_.SetTotal(nodes_.total());
    if (synced_) tree_.Advance(now);
    arrivals_.Number(&gangs_, &derived_.backlog);
  }
  RoomColumns& rooms(RoleId role);
  Pools& pools() { return derived_.pools; }
  KnownShapes& known_shapes() { return derived_.known_shapes; }
  StartShapes& start_shapes() const { return derived_.start_shapes; }
  Backlog& backlog() const { return derived_.backlog; }
  // Hands out all that it is and that is not derived (state/state_fields.h).
  template <typename Visit>
  void Fields(Visit&& visit);

 private:
  friend class Draft;
  // A claim while the queues are made anew.
  struct KeptClaim {
    GangId gang;
    std::string path;
    std::vector<ClaimSlot> room;
    std::vector<PodId> victims;
    absl::Time until;
  };

  // apply.cc
  void On(PodSeen&& event, absl::Time now);
  void On(const PodGone& event, absl::Time now);
  void On(const NodeSeen& event, absl::Time now);
  void On(const NodeGone& event, absl::Time now);
  void On(const QueuesSeen& event, absl::Time now);
  void On(const ForecastSeen& event, absl::Time now);
  void On(const ForecastMissing& event, absl::Time now);
  void On(const BindAccepted& event, absl::Time now);
  void On(const BindRefused& event, absl::Time now);
  void On(const EvictionRefused& event, absl::Time now);
  void On(const MemorySeen& event, absl::Time now);
  void On(const Synced& event, absl::Time now);

  // footing.cc: a pod's entries in all books
  Footing FootingOf(PodId id) const;
  void Refoot(PodId id, absl::Time now);
  void RefootOn(NodeId node, absl::Time now);
  bool Overfull(NodeId node) const;
  void CountDeparting(const Footing& footing, int64_t count);
  void CountLeaving(QueueId queue, RoleId role, NodeId node, int64_t count);
  void Enter(PodId id, const Footing& footing);
  void Leave(PodId id, const Footing& footing);
  bool ArrivedBefore(PodId a, PodId b) const;
  std::vector<PodId>::const_iterator PlaceInLine(const Gang& gang, PodId id) const;
  void TakeFromLine(Gang* gang, PodId id);
  void CountMember(PodId id, const Footing& footing, int32_t by);

  // grouping.cc: which gang a pod belongs to, and whose word counts
  GangId GangFor(PodId id);
  GangId OpenGang(PodId opener, GangKind kind, const std::string& key);
  void JoinGang(PodId id, GangId gang);
  void QuitGang(PodId id, GangId gang);
  void SetAuthority(Gang* gang, PodId opener);
  void AssignQueue(Gang* gang);
  void RefuseOf(const LeafChoice& choice, Gang* gang);
  void RankOf(Gang* gang);
  std::string UserOf(const Pod& pod) const;
  void MoveTo(Gang* gang, QueueId queue, const std::string& user);
  void Succeed(Gang* gang);
  PodId SpeakerOf(const Gang& gang) const;
  static bool SpeaksBefore(const Pod& a, const Pod& b);
  void CountMinimum(Gang* gang, PodId changed);
  void ChargeAll(const Gang& gang);

  // recall.cc: what is found, not decided
  void RecallAuthority(const absl::btree_set<GangId>& started);
  absl::btree_set<GangId> RecallStarted();
  void RecallExecutor(Gang* gang);
  void ObeyStamp(Gang* gang, const Stamp& stamp);
  void Promise(Gang* gang, absl::Time now);

  // memory.cc: what a later daemon is told, and was told
  void UseChanged();
  void AddPastUse(std::vector<PastUse>* records) const;
  void BeginPast(absl::Time now);
  void WorkOutUserPast();

  // claims.cc: room that evictions free, and whose it is
  void AssumeClaim(const Claim& claim, absl::Time now);
  void SetClaim(Gang* gang, std::vector<ClaimSlot> room, absl::Time until);
  void DropClaim(Gang* gang);
  std::vector<KeptClaim> TakeClaims();
  void ReturnClaims(const std::vector<KeptClaim>& claims);
  std::vector<RoleId> RolesOf(const Gang& gang) const;
  bool ClaimAwaitsForecast() const;
  void RecallClaims(absl::Time now);
  void RecallVictim(const ClaimRecord::Victim& record, Gang* claimant, absl::Time now);
  void SendAway(const Victim& victim, GangId claimant, absl::Time now);

  // estimates.cc: when gangs end, and when heads have waited too long
  void ExpectEnd(Gang* gang, absl::Time now);
  void RecordRun(const Gang& gang, absl::Time now);
  void RemindOfStarving(const Gang& gang, absl::Time now);
  void NoteShortages(const Plan& plan, absl::Time now);

  // lifecycle.cc, timers.cc: what follows for the gang, and when
  void Become(Gang* gang, GangState next);
  void CountBegun(Gang* gang);
  void Settle(GangId id, absl::Time now);
  void ComeBack(Gang* gang);
  void MemberLost(Gang* gang, const Footing& footing, absl::Time now);
  void SeeExecutor(Gang* gang, PodId id, absl::Time now);
  void Advance(Gang* gang, absl::Time now);
  void Start(Gang* gang, absl::Time now);
  bool HasEnded(const Gang& gang) const;
  void End(Gang* gang);
  void Forget(GangId id);
  void GiveUpStart(Gang* gang, absl::Time now);
  void BackOff(Gang* gang, absl::Time now);
  void DropHolds(Gang* gang);
  void DropHoldsOn(NodeId node, absl::Time now);
  void TrimHolds(Gang* gang);
  void CountHeld(const Gang& gang, RoleId role, NodeId node, int32_t count);
  void SetEvicted(Gang* gang, bool evicted);
  void AddHold(Gang* gang, const HoldSlot& slot);
  void AddRepair(Gang* gang, const RepairHold& repair);
  void DropRepair(Gang* gang, size_t index);
  void UseHold(Gang* gang, RoleId role, NodeId node);
  bool Matters(const Gang& gang, absl::Time at) const;
  void RemindOfMinRuntime(const Gang& gang);
  void Remind(GangId id, absl::Time at);
  void Touch(GangId id);

  std::string scheduler_name_;
  ResourceTable resources_;
  RoleClasses roles_;
  Nodes nodes_;
  Pods pods_;
  std::deque<Gang> gangs_;
  std::vector<GangId> unused_gangs_;
  absl::btree_map<std::string, GangId> gang_by_key_;
  QueueConfig config_;
  Tree tree_;
  UserUse user_use_;
  UserPast user_past_;  // where past use counts
  UserBooks user_books_;
  absl::btree_set<GangId> attention_;
  absl::btree_set<GangId> claimed_;  // they wait
  absl::btree_set<GangId> unseen_;   // of the last plan
  RunningGangs running_;
  absl::btree_set<std::pair<absl::Time, GangId>> timers_;
  std::vector<PodId> forecast_requests_;
  absl::btree_map<NodeId, Amounts> departing_;  // room of pods that are on their way out
  std::vector<PastEviction> evictions_;         // of the last hour, in order of time
  PastRuns past_runs_;
  std::vector<ClaimRecord> recalled_claims_;  // of an earlier daemon, until their gang is known
  std::vector<std::string> recalled_started_;
  mutable Derived derived_;
  Arrivals arrivals_;
  ChangeLog changes_;
  bool synced_ = false;  // before that an absent node may just not have been listed yet
  bool changed_ = false;
  bool memory_changed_ = false;
  bool memory_presses_ = false;
  absl::Time past_settled_ = absl::InfinitePast();
};

}  // namespace muster
