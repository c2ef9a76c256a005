// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/grpc/decision_streams.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace muster::daemon {
namespace {

// How long the thread that looks for news waits at a time, so that it sees new readers and its end.
constexpr absl::Duration kTurn = absl::Milliseconds(200);
constexpr int kAtOnce = 64;

absl::Status Stopping() { return absl::UnavailableError("the daemon is stopping"); }

}  // namespace

DecisionStreams::DecisionStreams(Questions* questions, Hands* hands)
    : questions_(questions), hands_(hands), thread_([this] { Run(); }) {}

DecisionStreams::~DecisionStreams() {
  Stop();
  thread_.join();
}

DecisionStream* DecisionStreams::Open(const v1::WatchDecisionsRequest& request,
                                      DecisionStream::Review review) {
  const auto stream = std::make_shared<DecisionStream>(
      questions_, request, std::move(review), [this](const DecisionStream* gone) { Close(gone); });
  bool room = false;
  bool stopped = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    room = streams_.size() < kMost;
    stopped = stopped_;
    streams_.emplace(stream.get(), stream);  // until it is done
  }
  if (stopped) {
    stream->End(Stopping());
  } else if (!room || !hands_->Take([stream] { stream->Begin(); })) {
    stream->End(absl::ResourceExhaustedError(
        absl::StrCat("too many watch decisions, or ask at once: at most ", kMost, " may watch")));
  }
  return stream.get();
}

void DecisionStreams::Close(const DecisionStream* stream) {
  std::shared_ptr<DecisionStream> last;  // goes after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  last = std::move(at->second);
  streams_.erase(at);
}

std::vector<std::shared_ptr<DecisionStream>> DecisionStreams::All() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<DecisionStream>> all;
  for (const auto& [key, stream] : streams_) all.push_back(stream);
  return all;
}

void DecisionStreams::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  ends_.notify_all();
  for (const auto& stream : All()) stream->End(Stopping());
}

void DecisionStreams::Run() {
  int64_t last = -1;
  absl::Time reviewed = absl::Now();
  while (true) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (stopped_) return;
      if (streams_.empty()) {
        ends_.wait_for(lock, absl::ToChronoNanoseconds(kTurn));
        continue;
      }
    }
    const auto news = questions_->DecisionsAfter(last, kAtOnce, {}, kTurn);
    const int64_t before = last;
    if (news.ok() && !news->empty()) last = news->back().number();
    const auto streams = All();
    for (const auto& stream : streams) stream->Advance(before);
    if (absl::Now() - reviewed < DecisionStreams::kReviewed) continue;
    reviewed = absl::Now();
    for (const auto& stream : streams) hands_->Take([stream] { stream->LookAgain(); });
  }
}

}  // namespace muster::daemon
