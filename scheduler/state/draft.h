// SPDX-License-Identifier: Apache-2.0
// What if: tries placements on the live columns and keeps an undo log. Nothing is copied. An
// Attempt that is not kept undoes everything done since it began, room and quota alike, so a gang
// is atomic by construction; attempts nest. The Draft itself undoes all at its end: a cycle leaves
// the state as it found it, and the plan says what to do.
#pragma once

#include <string>
#include <vector>

#include "scheduler/state/state.h"

namespace muster {

class Draft {
 public:
  explicit Draft(State& state) : state_(state) {}
  ~Draft() { UndoTo(0); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const State& state() const { return state_; }
  RoomColumns& rooms(RoleId role) { return state_.rooms(role); }
  Pools& pools() { return state_.pools(); }
  KnownShapes& known_shapes() { return state_.known_shapes(); }

  // `count` members of the role on the node, charged to the gang's queue and user.
  void Take(const Gang& gang, RoleId role, NodeId node, int32_t count, Tree::Use use);
  // The same without room: the limits of queue and user alone count it, as held.
  void Promise(const Gang& gang, RoleId role, int32_t count);
  // That `count` members are on their way out: they keep their room, and the queue is judged as if
  // it did not use it.
  void Leave(const Gang& gang, RoleId role, int32_t count);
  // The gang begins: one more that runs in its queue, and of its user.
  void Begin(const Gang& gang);
  // The gang is over.
  void Finish(const Gang& gang);
  // Room that nobody shall use, `times` over; -1 gives it back.
  void Withhold(NodeId node, const Amounts& amounts, int32_t times);

 private:
  friend class Attempt;
  struct Entry {
    GangId gang;
    RoleId role;  // invalid: it begins, or the last of withheld_ is withheld
    NodeId node;
    int32_t count;
    Tree::Use use;
  };
  void Apply(const Entry& entry, int32_t sign);
  void UndoTo(size_t mark);

  State& state_;
  std::vector<Entry> log_;
  std::vector<Amounts> withheld_;
};

class Attempt {
 public:
  explicit Attempt(Draft& draft) : draft_(draft), mark_(draft.log_.size()) {}
  ~Attempt() {
    if (!kept_) draft_.UndoTo(mark_);
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  void Keep() { kept_ = true; }

 private:
  Draft& draft_;
  size_t mark_;
  bool kept_ = false;
};

}  // namespace muster
