// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sim/evictor.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::sim {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kTries = 3;

std::string Called(const loop::PodRef& pod) { return absl::StrCat("pod ", pod.ns, "/", pod.name); }

}  // namespace

void Evictor::Evict(loop::EvictPods action) {
  auto order = std::make_shared<Order>();
  order->action = std::move(action);
  order->give_up = timeline_->now() + kPatience;
  const auto& victims = order->action.victims;
  for (size_t i = 0; i < victims.size(); ++i) {
    for (const loop::PodRef& pod : victims[i].pods) {
      if (!unsettled_.contains(pod.uid)) continue;
      Refuse(order, i, 0, absl::StrCat(Called(pod), ": an eviction is under way already"));
      return;
    }
  }
  for (size_t i = 0; i < victims.size(); ++i) {
    for (const loop::PodRef& pod : victims[i].pods) {
      unsettled_.insert(pod.uid);
      ++order->asked;
      Send({order, i, pod, Mode::kAsk});
    }
  }
}

void Evictor::Land() {
  for (const auto& [uid, pod] : on_the_wire_) api_->Evict(pod, /*dry_run=*/false);
  on_the_wire_.clear();
}

void Evictor::Send(const Attempt& attempt) {
  if (attempt.mode != Mode::kAsk) on_the_wire_[attempt.pod.uid] = attempt.pod;
  later_(Soon(2, 10) + faults_->bind_delay, [this, attempt] {
    on_the_wire_.erase(attempt.pod.uid);
    if (!attempt.order->over || attempt.mode == Mode::kForce) Carry(attempt);
  });
}

void Evictor::Carry(const Attempt& attempt) {
  const bool dry_run = attempt.mode == Mode::kAsk;
  const std::string name = absl::StrCat(attempt.pod.ns, "/", attempt.pod.name);
  const Faults::Fate fate = faults_->OnEviction(name, dry_run, timeline_->now());
  if (fate.refuse != 0) {
    Answered(attempt, {fate.refuse, "refused by a fault of the scenario"});
    return;
  }
  const Answer answer =
      fate.lost && !fate.done ? Answer{504, "lost"} : api_->Evict(attempt.pod, dry_run);
  if (fate.lost) {
    later_(Soon(1000, 3000), [this, attempt] { ReadBack(attempt); });
  } else {
    Answered(attempt, answer);
  }
}

void Evictor::Answered(Attempt attempt, const Answer& answer) {
  if (answer.ok()) {
    Agreed(attempt);
    return;
  }
  if (answer.code == 404 || answer.code == 409) {
    ReadBack(attempt);
    return;
  }
  const std::string why = absl::StrCat(Called(attempt.pod), ": ", answer.code, " ", answer.message);
  if (answer.code >= 500) ++attempt.failures;
  const bool no = answer.code < 500 || attempt.failures >= kTries;
  if (no && attempt.mode != Mode::kForce) {
    Refuse(attempt.order, attempt.victim, answer.code, why);
  } else if (no && timeline_->now() > attempt.order->give_up) {
    unsettled_.erase(attempt.pod.uid);
    tell_(EvictionRefused{{attempt.pod.uid}, answer.code, why});
  } else {
    Again(attempt, why);
  }
}

void Evictor::ReadBack(const Attempt& attempt) {
  const Pod* pod = api_->Find(attempt.pod.uid);
  if (pod == nullptr || pod->deleting) {
    Agreed(attempt);
  } else {
    Again(attempt, absl::StrCat(Called(attempt.pod), ": no answer; it is still there"));
  }
}

void Evictor::Again(const Attempt& attempt, const std::string& why) {
  const absl::Duration wait = Soon(200, 2000);
  if (attempt.mode != Mode::kForce && timeline_->now() + wait > attempt.order->give_up) {
    Refuse(attempt.order, attempt.victim, 0, absl::StrCat("undecided: ", why));
    return;
  }
  later_(wait, [this, attempt] {
    if (!attempt.order->over || attempt.mode == Mode::kForce) Send(attempt);
  });
}

void Evictor::Agreed(const Attempt& attempt) {
  if (attempt.mode == Mode::kAsk) {
    if (--attempt.order->asked == 0) AskTogether(attempt.order);
    return;
  }
  unsettled_.erase(attempt.pod.uid);
  if (attempt.mode == Mode::kForce) return;
  attempt.order->committed = true;
  Go(attempt.order);
}

// Each victim with those before it.
void Evictor::AskTogether(const std::shared_ptr<Order>& order) {
  std::vector<loop::PodRef> pods;
  for (size_t i = 0; i < order->action.victims.size(); ++i) {
    const auto& more = order->action.victims[i].pods;
    pods.insert(pods.end(), more.begin(), more.end());
    const Answer answer = api_->AskTogether(pods);
    if (!answer.ok()) return Refuse(order, i, answer.code, answer.message);
  }
  Go(order);
}

// The first pod of the next victim; once that goes, the victim's others.
void Evictor::Go(const std::shared_ptr<Order>& order) {
  const auto& victims = order->action.victims;
  if (order->committed) {
    const auto& pods = victims[order->turn].pods;
    for (size_t i = 1; i < pods.size(); ++i) Send({order, order->turn, pods[i], Mode::kForce});
    ++order->turn;
    order->committed = false;
  }
  if (order->turn == victims.size()) return;
  Send({order, order->turn, victims[order->turn].pods.front(), Mode::kCommit});
}

void Evictor::Refuse(const std::shared_ptr<Order>& order, size_t victim, int code,
                     const std::string& message) {
  order->over = true;
  for (size_t i = order->turn; i < order->action.victims.size(); ++i) {
    EvictionRefused event{{}, code, message};
    if (i != victim) {
      event.code = 0;
      event.message = absl::StrCat("not evicted: ", message);
    }
    for (const loop::PodRef& pod : order->action.victims[i].pods) {
      event.uids.push_back(pod.uid);
      unsettled_.erase(pod.uid);
    }
    tell_(std::move(event));
  }
}

}  // namespace muster::sim
