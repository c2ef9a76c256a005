// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/decision_stream.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/view/decided.h"

namespace muster::daemon {
namespace {

constexpr int kAtOnce = 64;
constexpr int kMostRecent = 1000;

}  // namespace

DecisionStream::DecisionStream(Questions* questions, const v1::WatchDecisionsRequest& request,
                               Review review, Gone gone)
    : questions_(questions),
      request_(request),
      review_(std::move(review)),
      gone_(std::move(gone)) {}

absl::StatusOr<std::vector<v1::Decision>> DecisionStream::Past(const Sight& sight) {
  // For its number alone, also of a decision that this caller does not see.
  if (request_.recent() == 0) return questions_->DecisionsAfter(-1, 1, {}, {});
  const bool filtered =
      !request_.queue().empty() || !request_.namespace_().empty() || !request_.gang().empty();
  const int most = filtered ? std::numeric_limits<int>::max() : request_.recent();
  return questions_->DecisionsAfter(-1, most, sight, {});
}

void DecisionStream::Take(const std::vector<v1::Decision>& decisions, int most) {
  for (auto it = decisions.rbegin(); it != decisions.rend() && most > 0; ++it) {
    if (!Asks(request_, *it)) continue;
    fetched_.push_back(*it);
    --most;
  }
  if (!decisions.empty()) after_ = std::max(after_, decisions.back().number());
}

void DecisionStream::Begin() {
  if (request_.recent() < 0 || request_.recent() > kMostRecent) {
    return End(absl::InvalidArgumentError(
        absl::StrCat("recent: ", request_.recent(), ": expected 0 to ", kMostRecent)));
  }
  const absl::StatusOr<Sight> sight = review_();
  if (!sight.ok()) return End(sight.status());
  const auto past = Past(*sight);
  if (!past.ok()) return End(past.status());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    sight_ = *sight;
    begun_ = true;
    Take(*past, request_.recent());
  }
  StartSendInitialMetadata();  // so that the reader knows that it is heard, whatever comes
  Pump();
}

bool DecisionStream::Next(v1::Decision* decision) {
  while (begun_ && fetched_.empty()) {
    const auto next = questions_->DecisionsAfter(after_, kAtOnce, sight_, {});
    if (!next.ok()) return false;
    if (next->empty()) {
      after_ = std::max(after_, known_);
      return false;
    }
    Take(*next, kAtOnce);
  }
  if (fetched_.empty()) return false;
  *decision = std::move(fetched_.back());
  fetched_.pop_back();
  return true;
}

void DecisionStream::Advance(int64_t last) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    known_ = last;
  }
  Pump();
}

void DecisionStream::LookAgain() {
  const absl::StatusOr<Sight> sight = review_();
  if (sight.ok()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    sight_ = *sight;
    return;
  }
  // The API server may be away for a while; what was allowed is not taken back for that.
  if (absl::IsUnauthenticated(sight.status()) || absl::IsPermissionDenied(sight.status())) {
    End(sight.status());
  }
}

}  // namespace muster::daemon
