// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/reviews.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scheduler/daemon/grpc/review_json.h"
#include "scheduler/kube/api_error.h"
#include "scheduler/kube/digest.h"

namespace muster::daemon {
Reviews::Reviews(kube::Credentials credentials, const kube::BootClock& clock)
    : clock_(clock),
      http_(std::move(credentials), kube::HttpLimits()),
      reactor_(clock, http_),
      callers_(kKept),
      granted_(kKept),
      thread_([this] { reactor_.Run(); }) {}

Reviews::~Reviews() {
  Stop();
  reactor_.Stop();
  thread_.join();
}

void Reviews::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (const std::shared_ptr<Review>& review : waiting_) review->came.notify_all();
}

void Reviews::Settle(const std::shared_ptr<Review>& review, kube::HttpReply reply) {
  const std::lock_guard<std::mutex> lock(mutex_);
  review->done = true;
  review->reply = std::move(reply);
  review->came.notify_all();
}

absl::StatusOr<std::string> Reviews::Post(absl::string_view path, std::string body,
                                          absl::Duration patience) {
  kube::HttpRequest request;
  request.lane = kube::Lane::kRead;
  request.method = "POST";
  request.path = std::string(path);
  request.content_type = "application/json";
  request.body = std::move(body);
  request.accept = "application/json";
  // A little longer than anybody waits, so that it is the wait that ends.
  request.deadline = patience + absl::Seconds(1);
  request.max_reply = size_t{1} << 20;
  const auto review = std::make_shared<Review>();
  reactor_.Post([this, review, request = std::move(request)] {
    http_.Send(request,
               [this, review](kube::HttpReply reply) { Settle(review, std::move(reply)); });
  });
  std::unique_lock<std::mutex> lock(mutex_);
  waiting_.insert(review);
  review->came.wait_for(lock, absl::ToChronoNanoseconds(patience),
                        [&] { return review->done || stopped_; });
  waiting_.erase(review);
  if (!review->done) {
    if (stopped_) return absl::UnavailableError("the daemon is stopping");
    return absl::DeadlineExceededError(
        "the API server did not say in time whether that is allowed");
  }
  if (review->reply.ok()) return std::move(review->reply.body);
  return absl::UnavailableError(absl::StrCat(
      "the API server does not say whether that is allowed: ", kube::ErrorText(review->reply)));
}

absl::StatusOr<Caller> Reviews::WhoIs(const std::string& token, absl::Duration patience) {
  if (token.empty() || token.size() > kLongestToken) {
    return absl::UnauthenticatedError(absl::StrCat("the bearer token has ", token.size(),
                                                   " bytes: expected 1 to ", kLongestToken));
  }
  const std::string key = kube::Sha256(token);
  if (auto known = callers_.Find(key, clock_.Now())) return *known;
  const absl::StatusOr<std::string> body = Post(kTokenReviews, TokenReviewBody(token), patience);
  if (!body.ok()) return body.status();
  absl::StatusOr<Caller> caller = ReadTokenReview(*body);
  const bool final = caller.ok() || absl::IsUnauthenticated(caller.status());
  const absl::Duration now = clock_.Now();
  if (final) callers_.Keep(key, caller, now + (caller.ok() ? kGranted : kRefused), now);
  return caller;
}

absl::StatusOr<bool> Reviews::May(const Caller& caller, const Access& access,
                                  absl::Duration patience) {
  std::string body = AccessReviewBody(caller, access);
  const std::string key = kube::Sha256(body);
  if (const auto known = granted_.Find(key, clock_.Now())) return *known;
  const absl::StatusOr<std::string> answer = Post(kAccessReviews, std::move(body), patience);
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<bool> may = ReadAccessReview(*answer);
  const absl::Duration now = clock_.Now();
  if (may.ok()) granted_.Keep(key, *may, now + (*may ? kGranted : kRefused), now);
  return may;
}

}  // namespace muster::daemon
