// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/binder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "k8s/pod.pb.h"
#include "scheduler/codec/binding_codec.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

// An answer that says no, for a reason that will not pass by itself.
bool IsRefusal(int code) {
  return code >= 400 && code < 500 && code != 401 && code != 408 && code != 409 && code != 429;
}

// The server did something, but whether the bind stands is not said.
bool IsUnknown(const HttpReply& reply) {
  if (!reply.transport.ok()) return reply.maybe_applied;
  return reply.code == 409 || reply.code == 408 || reply.code >= 500;
}

bool CountsAsFailure(const HttpReply& reply) {
  return reply.transport.ok() && (reply.code == 409 || reply.code == 500 || reply.code == 401);
}

}  // namespace

Binder::Binder(Reactor& reactor, Sink sink, uint64_t seed)
    : reactor_(reactor), sink_(std::move(sink)), seed_(seed) {}

Binder::~Binder() {
  for (const auto& [uid, attempt] : attempts_) {
    reactor_.http().Cancel(attempt->exchange);
    reactor_.Cancel(attempt->timer);
  }
}

void Binder::Bind(loop::BindPod action) {
  const std::string uid = action.pod.uid;
  if (attempts_.contains(uid)) {
    sink_.problem(absl::StrCat(Called(action.pod), ": a bind is under way already"));
    return;
  }
  attempts_.emplace(uid, std::make_unique<Attempt>(std::move(action), seed_ + ++started_));
  Post(uid);
}

void Binder::Gone(const std::string& uid) {
  const auto it = attempts_.find(uid);
  if (it == attempts_.end()) return;
  reactor_.http().Cancel(it->second->exchange);
  reactor_.Cancel(it->second->timer);
  attempts_.erase(it);
}

void Binder::Post(const std::string& uid) {
  Attempt& attempt = *attempts_[uid];
  HttpRequest request;
  request.lane = Lane::kBind;
  request.method = "POST";
  request.path = absl::StrCat(PodPath(attempt.action.pod, "/binding"), kWriteTimeout);
  request.content_type = std::string(kProtobuf);
  request.body = codec::EncodeBinding(attempt.action);
  request.deadline = kWriteDeadline;
  request.fenced = true;
  attempt.exchange = reactor_.http().Send(std::move(request),
                                          [this, uid](HttpReply reply) { OnPosted(uid, reply); });
}

void Binder::OnPosted(const std::string& uid, const HttpReply& reply) {
  if (reply.ok()) {
    Accept(uid);
    return;
  }
  if (reply.transport.ok() && IsRefusal(reply.code)) {
    Refuse(uid, reply.code, ErrorText(reply));
    return;
  }
  Attempt& attempt = *attempts_[uid];
  sink_.problem(absl::StrCat("binding ", Called(attempt.action.pod), " to ", attempt.action.node,
                             ": ", ErrorText(reply)));
  if (CountsAsFailure(reply)) {
    ++attempt.failures;
    attempt.last_code = reply.code;
    attempt.last_error = ErrorText(reply);
  }
  // Also before an error counts as a refusal the pod has the last word: it may be bound after all.
  if (IsUnknown(reply)) sink_.unclear();
  if (IsUnknown(reply) || attempt.failures >= kTries)
    ReadBack(uid);
  else
    Later(uid, &Binder::Post, RetryFloor(reply));
}

void Binder::ReadBack(const std::string& uid) {
  Attempt& attempt = *attempts_[uid];
  HttpRequest request;
  request.path = PodPath(attempt.action.pod);
  attempt.exchange = reactor_.http().Send(std::move(request),
                                          [this, uid](HttpReply reply) { OnRead(uid, reply); });
}

void Binder::OnRead(const std::string& uid, const HttpReply& reply) {
  Attempt& attempt = *attempts_[uid];
  if (reply.transport.ok() && reply.code == 404) {
    Refuse(uid, 404, absl::StrCat(Called(attempt.action.pod), " is gone"));
    return;
  }
  absl::StatusOr<k8s::Pod> pod =
      reply.ok() ? ReadAnswer<k8s::Pod>(reply) : absl::UnavailableError(ErrorText(reply));
  if (!pod.ok()) {
    Later(uid, &Binder::ReadBack, RetryFloor(reply));
    return;
  }
  const std::string& node = pod->spec().node_name();
  if (pod->metadata().uid() != uid) {
    Refuse(uid, 404, absl::StrCat(Called(attempt.action.pod), " is another pod of that name now"));
  } else if (node == attempt.action.node) {
    Accept(uid);
  } else if (!node.empty()) {
    Refuse(uid, 409, absl::StrCat(Called(attempt.action.pod), " is assigned to node ", node));
  } else if (pod->metadata().has_deletion_timestamp()) {
    Refuse(uid, 409, absl::StrCat(Called(attempt.action.pod), " is being deleted"));
  } else if (pod->spec().scheduling_gates_size() > 0) {
    Refuse(uid, 409, absl::StrCat(Called(attempt.action.pod), " has scheduling gates"));
  } else if (attempt.failures >= kTries) {
    Refuse(uid, attempt.last_code, attempt.last_error);
  } else {
    Later(uid, &Binder::Post, absl::ZeroDuration());
  }
}

void Binder::Later(const std::string& uid, Step step, absl::Duration floor) {
  Attempt& attempt = *attempts_[uid];
  const Lane lane = step == &Binder::Post ? Lane::kBind : Lane::kRead;
  attempt.timer =
      reactor_.Retry(lane, attempt.backoff.Next(floor), [this, uid, step] { (this->*step)(uid); });
}

void Binder::Accept(const std::string& uid) {
  attempts_.erase(uid);
  sink_.event(BindAccepted{uid});
}

void Binder::Refuse(const std::string& uid, int code, std::string message) {
  attempts_.erase(uid);
  sink_.event(BindRefused{uid, code, std::move(message)});
}

}  // namespace muster::kube
