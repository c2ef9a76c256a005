// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/evictor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/kube/api_path.h"
#include "scheduler/kube/eviction_answer.h"
#include "scheduler/kube/reports.h"

namespace muster::kube {
namespace {

std::string Undecided(const std::string& why) {
  return absl::StrCat("undecided after ", absl::FormatDuration(Evictor::kPatience), ": ", why);
}

}  // namespace

Evictor::Evictor(Reactor& reactor, Sink sink, uint64_t seed)
    : reactor_(reactor),
      sink_(std::move(sink)),
      seed_(seed),
      questions_(reactor,
                 {[this](uint64_t order) { Go(order); },
                  [this](uint64_t order, size_t victim, int code, std::string why) {
                    Refuse(order, victim, code, code == 0 ? Undecided(why) : std::move(why));
                  },
                  sink_.problem},
                 seed) {}

Evictor::~Evictor() {
  for (const auto& [uid, attempt] : attempts_) {
    reactor_.http().Cancel(attempt->exchange);
    reactor_.Cancel(attempt->timer);
  }
}

void Evictor::Evict(loop::EvictPods action) {
  const uint64_t id = ++last_order_;
  Order& order = orders_[id];
  order.action = std::move(action);
  order.give_up = reactor_.Now() + kPatience;
  const auto& victims = order.action.victims;
  for (size_t i = 0; i < victims.size(); ++i) {
    for (const loop::PodRef& pod : victims[i].pods) {
      if (attempts_.contains(pod.uid)) {
        Refuse(id, i, 0, absl::StrCat(Called(pod), ": an eviction is under way already"));
        return;
      }
      ++order.asked;
      attempts_.emplace(
          pod.uid, std::make_unique<Attempt>(Attempt{
                       pod, id, i, order.action.message,
                       Backoff(absl::Milliseconds(200), absl::Seconds(10), seed_ + ++started_)}));
      Queue(pod.uid);
    }
  }
  if (order.asked == 0) orders_.erase(id);
}

void Evictor::Gone(const std::string& uid) {
  if (!attempts_.contains(uid)) return;
  Leave(uid);
  SendQueued();
}

void Evictor::Evict(const std::string& uid, Mode mode) {
  Attempt& attempt = *attempts_.at(uid);
  attempt.mode = mode;
  attempt.forced_since = reactor_.Now();
  attempt.failures = 0;
  attempt.backoff.Reset();
  Queue(uid);
}

void Evictor::Queue(const std::string& uid) {
  queued_.push_back(uid);
  SendQueued();
}

void Evictor::SendQueued() {
  while (in_flight_ < kInFlight && !queued_.empty()) {
    const std::string uid = std::move(queued_.front());
    queued_.pop_front();
    if (attempts_.contains(uid)) Post(uid);
  }
}

void Evictor::Post(const std::string& uid) {
  Attempt& attempt = *attempts_.at(uid);
  attempt.posted = true;
  ++in_flight_;
  Send(uid, EvictionRequest(attempt.pod, attempt.mode == Mode::kAsk), &Evictor::OnPosted);
}

// An attempt may be dropped while its answer is on its way to us already.
void Evictor::Send(const std::string& uid, HttpRequest request,
                   void (Evictor::*hear)(const std::string& uid, const HttpReply& reply)) {
  const uint64_t number = ++last_exchange_;
  Attempt& attempt = *attempts_.at(uid);
  attempt.number = number;
  attempt.exchange =
      reactor_.http().Send(std::move(request), [this, uid, number, hear](const HttpReply& reply) {
        const auto it = attempts_.find(uid);
        if (it != attempts_.end() && it->second->number == number) (this->*hear)(uid, reply);
      });
}

void Evictor::OnPosted(const std::string& uid, const HttpReply& reply) {
  Attempt& attempt = *attempts_.at(uid);
  attempt.posted = false;
  --in_flight_;
  const EvictionAnswer answer = ReadEvictionAnswer(reply);
  if (answer == EvictionAnswer::kYes) {
    Agree(uid);
  } else if (answer == EvictionAnswer::kNo && attempt.mode != Mode::kForce) {
    Refuse(attempt.order, attempt.victim, reply.code, WhyNot(attempt.pod, reply));
  } else if (answer == EvictionAnswer::kNo && reactor_.Now() - attempt.forced_since > kPatience) {
    sink_.event(EvictionRefused{{uid}, reply.code, WhyNot(attempt.pod, reply)});
    Drop(uid);
  } else {
    sink_.problem(absl::StrCat("evicting ", WhyNot(attempt.pod, reply)));
    attempt.last_error = WhyNot(attempt.pod, reply);
    if (CountsAsFailure(reply)) {
      ++attempt.failures;
      attempt.last_code = reply.code;
    }
    if (answer == EvictionAnswer::kUnclear || attempt.failures >= kTries)
      ReadBack(uid);
    else
      Later(uid, &Evictor::Queue, RetryFloor(reply));
  }
  SendQueued();
}

void Evictor::ReadBack(const std::string& uid) {
  HttpRequest request;
  request.path = PodPath(attempts_.at(uid)->pod);
  Send(uid, std::move(request), &Evictor::OnRead);
}

void Evictor::OnRead(const std::string& uid, const HttpReply& reply) {
  const Attempt& attempt = *attempts_.at(uid);
  if (reply.transport.ok() && reply.code == 404) {
    Leave(uid);
    return;
  }
  const absl::StatusOr<k8s::Pod> pod =
      reply.ok() ? ReadAnswer<k8s::Pod>(reply) : absl::UnavailableError(ErrorText(reply));
  if (!pod.ok()) {
    Later(uid, &Evictor::ReadBack, RetryFloor(reply));
  } else if (pod->metadata().uid() != uid || pod->metadata().has_deletion_timestamp()) {
    Leave(uid);
  } else if (attempt.failures >= kTries && attempt.mode != Mode::kForce) {
    Refuse(attempt.order, attempt.victim, attempt.last_code, attempt.last_error);
  } else {
    Later(uid, &Evictor::Queue, absl::ZeroDuration());
  }
}

void Evictor::Later(const std::string& uid, Step step, absl::Duration floor) {
  Attempt& attempt = *attempts_.at(uid);
  const absl::Duration wait = attempt.backoff.Next(floor);
  // A commit whose effect is unknown is no one's to give up.
  const bool decided = attempt.mode == Mode::kAsk || step == &Evictor::Queue;
  if (attempt.mode != Mode::kForce && decided &&
      reactor_.Now() + wait > orders_.at(attempt.order).give_up) {
    Refuse(attempt.order, attempt.victim, 0, Undecided(attempt.last_error));
    return;
  }
  const Lane lane = step == &Evictor::Queue ? Lane::kBind : Lane::kRead;
  attempt.timer = reactor_.Retry(lane, wait, [this, uid, step] { (this->*step)(uid); });
}

void Evictor::Agree(const std::string& uid) {
  Attempt& attempt = *attempts_.at(uid);
  if (attempt.mode != Mode::kAsk) {
    sink_.evicted(attempt.pod, attempt.message);
    Leave(uid);
    return;
  }
  attempt.mode = Mode::kWait;
  const uint64_t id = attempt.order;
  if (--orders_.at(id).asked == 0) AskTogether(id);
}

// The pod is gone or on its way out.
void Evictor::Leave(const std::string& uid) {
  const Mode mode = attempts_.at(uid)->mode;
  const uint64_t id = attempts_.at(uid)->order;
  Drop(uid);
  if (mode == Mode::kCommit) Go(id);
  if (mode == Mode::kAsk && --orders_.at(id).asked == 0) AskTogether(id);
}

// Each pod alone may go; the budgets are asked for all of them.
void Evictor::AskTogether(uint64_t id) {
  const Order& order = orders_.at(id);
  std::vector<BudgetQuestions::Leaver> pods;
  for (size_t i = 0; i < order.action.victims.size(); ++i) {
    for (const loop::PodRef& pod : order.action.victims[i].pods) {
      if (attempts_.contains(pod.uid)) pods.push_back({pod, i});
    }
  }
  if (pods.empty())
    Go(id);
  else
    questions_.Ask(id, std::move(pods), order.give_up);
}

// The next victim's first pod. Where it leaves already, the victim's others follow.
void Evictor::Go(uint64_t id) {
  Order& order = orders_.at(id);
  for (; order.turn < order.action.victims.size(); ++order.turn) {
    const std::vector<loop::PodRef>& pods = order.action.victims[order.turn].pods;
    if (!pods.empty() && attempts_.contains(pods.front().uid)) {
      Evict(pods.front().uid, Mode::kCommit);
      return;
    }
    for (const loop::PodRef& pod : pods) {
      if (attempts_.contains(pod.uid)) Evict(pod.uid, Mode::kForce);
    }
  }
  orders_.erase(id);
}

void Evictor::Refuse(uint64_t id, size_t refused, int code, std::string message) {
  const Order order = std::move(orders_.at(id));
  orders_.erase(id);
  const auto& victims = order.action.victims;
  for (size_t i = order.turn; i < victims.size(); ++i) {
    EvictionRefused event{{}, code, message};
    if (i != refused) {
      event.code = 0;
      event.message = absl::StrCat("not evicted: ", message);
    }
    for (const loop::PodRef& pod : victims[i].pods) {
      event.uids.push_back(pod.uid);
      const auto it = attempts_.find(pod.uid);
      if (it != attempts_.end() && it->second->order == id) Drop(pod.uid);
    }
    sink_.event(std::move(event));
  }
  SendQueued();
}

void Evictor::Drop(const std::string& uid) {
  const auto it = attempts_.find(uid);
  if (it->second->posted) --in_flight_;
  // Not at once: this may be told from inside an exchange, such as the watch's.
  reactor_.Post([&http = reactor_.http(), id = it->second->exchange] { http.Cancel(id); });
  reactor_.Cancel(it->second->timer);
  const uint64_t order = it->second->order;
  attempts_.erase(it);
  questions_.Settled(order, uid);
}

}  // namespace muster::kube
