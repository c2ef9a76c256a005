// SPDX-License-Identifier: Apache-2.0
// A state under watch: after every event all books are recomputed and must be true.
#pragma once

#include <string>

#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "scheduler/state/audit.h"
#include "scheduler/state/state.h"
#include "test/model/objects.h"
#include "test/state/portrait.h"

namespace muster::test {

class Witness {
 public:
  State state{"muster"};
  absl::Time now = At(0);

  template <typename E>
  void Hear(E event) {
    state.Apply(Event(std::move(event)), now);
    CheckBooks();
  }
  void See(Pod pod) { Hear(PodSeen{std::move(pod)}); }
  void See(Node node) { Hear(NodeSeen{std::move(node)}); }
  void Gone(const Pod& pod) { Hear(PodGone{pod.uid}); }

  void Do(Step step) {
    Plan plan;
    plan.steps.push_back(std::move(step));
    state.Assume(plan, now);
    CheckBooks();
  }
  void Pass(absl::Duration time) {
    now += time;
    state.Expire(now);
    CheckBooks();
  }

  NodeId node(const std::string& name) const { return state.nodes().Find(name); }
  PodId pod(const Pod& pod) const { return state.FindPod(pod.uid); }
  const Gang& GangOf(const Pod& pod) const {
    const PodId id = state.FindPod(pod.uid);
    REQUIRE(id.valid());
    REQUIRE(state.pod(id).footing.gang.valid());
    return state.gang(state.pod(id).footing.gang);
  }
  Standing StandingOf(const Pod& pod) const {
    return state.pod(state.FindPod(pod.uid)).footing.standing;
  }
  int64_t FreeCpu(const std::string& name) const {
    return state.nodes().free(kCpuColumn)[node(name).value];
  }
  int64_t Used(const std::string& queue, uint32_t column = kCpuColumn) const {
    return AmountAt(state.tree().at(state.tree().FindLeaf(queue)).used, column);
  }
  int64_t Held(const std::string& queue, uint32_t column = kCpuColumn) const {
    return AmountAt(state.tree().at(state.tree().FindLeaf(queue)).held, column);
  }

  void CheckBooks() const {
    const std::vector<std::string> wrong = Audit(state);
    INFO(absl::StrJoin(wrong, "\n"));
    REQUIRE(wrong.empty());
  }
};

}  // namespace muster::test
