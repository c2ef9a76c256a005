// SPDX-License-Identifier: Apache-2.0
// The readers of decisions: few, each told when there is news, and asked now and then whether it
// may still see them.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "scheduler/daemon/grpc/decision_stream.h"
#include "scheduler/daemon/grpc/hands.h"

namespace muster::daemon {

class DecisionStreams {
 public:
  static constexpr size_t kMost = 64;
  static constexpr absl::Duration kReviewed = absl::Seconds(30);

  // Both outlive it; and it outlives its streams.
  DecisionStreams(Questions* questions, Hands* hands);
  ~DecisionStreams();

  // The stream, which begins or ends by itself.
  DecisionStream* Open(const v1::WatchDecisionsRequest& request, DecisionStream::Review review);
  // Ends all.
  void Stop();

 private:
  void Run();
  void Close(const DecisionStream* stream);
  std::vector<std::shared_ptr<DecisionStream>> All();

  Questions* const questions_;
  Hands* const hands_;
  std::mutex mutex_;
  std::condition_variable ends_;
  // Guarded by mutex_.
  std::map<const DecisionStream*, std::shared_ptr<DecisionStream>> streams_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace muster::daemon
