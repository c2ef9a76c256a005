// SPDX-License-Identifier: Apache-2.0
// The Authorizer that asks the API server: a TokenReview for who it is, a SubjectAccessReview for
// what they may. On connections and a thread of its own, so that no flood of questions delays a
// bind; answers are kept for a short while, of tokens only a digest.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "scheduler/daemon/grpc/authorizer.h"
#include "scheduler/daemon/grpc/short_memory.h"
#include "scheduler/kube/reactor.h"

namespace muster::daemon {

class Reviews : public Authorizer {
 public:
  // What is granted may be so for that long after it was taken away; what is refused is asked again
  // sooner.
  static constexpr absl::Duration kGranted = absl::Seconds(10);
  static constexpr absl::Duration kRefused = absl::Seconds(2);
  static constexpr size_t kKept = 4096;
  static constexpr size_t kLongestToken = 16384;

  // `clock` outlives it.
  Reviews(kube::Credentials credentials, const kube::BootClock& clock);
  ~Reviews() override;

  absl::StatusOr<Caller> WhoIs(const std::string& token, absl::Duration patience) override;
  absl::StatusOr<bool> May(const Caller& caller, const Access& access,
                           absl::Duration patience) override;
  // Whoever waits is told so, and nothing more is asked. Any thread.
  void Stop();

 private:
  struct Review {
    // Guarded by mutex_.
    bool done = false;
    kube::HttpReply reply;
    std::condition_variable came;
  };

  // The body of a 2xx answer.
  absl::StatusOr<std::string> Post(absl::string_view path, std::string body,
                                   absl::Duration patience);
  void Settle(const std::shared_ptr<Review>& review, kube::HttpReply reply);

  const kube::BootClock& clock_;
  kube::Http http_;
  kube::Reactor reactor_;
  ShortMemory<absl::StatusOr<Caller>> callers_;
  ShortMemory<bool> granted_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::set<std::shared_ptr<Review>> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace muster::daemon
