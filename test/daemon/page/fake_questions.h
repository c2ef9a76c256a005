// SPDX-License-Identifier: Apache-2.0
// Answers about a FakeCluster, for tests of who asks. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "scheduler/daemon/view/questions.h"
#include "test/daemon/page/fake_cluster.h"

namespace muster::daemon {

class FakeQuestions : public Questions {
 public:
  explicit FakeQuestions(FakeCluster cluster) : cluster_(std::move(cluster)) {}

  // Changes the cluster between two questions.
  void With(const std::function<void(FakeCluster&)>& change);
  // What every question is answered with; OK: an answer.
  void Fail(absl::Status status);
  // Questions are not answered until this is undone, or their patience ends.
  void Stall(bool stalled);
  int asked() const { return asked_; }

  absl::StatusOr<v1::ListQueuesResponse> ListQueues(const v1::ListQueuesRequest&, const Sight&,
                                                    absl::Duration patience) override;
  absl::StatusOr<v1::ListGangsResponse> ListGangs(const v1::ListGangsRequest& request, const Sight&,
                                                  absl::Duration patience) override;
  absl::StatusOr<v1::Explanation> Explain(const v1::ExplainRequest& request, const Sight&,
                                          absl::Duration patience) override;
  absl::StatusOr<v1::ListNodesResponse> ListNodes(const v1::ListNodesRequest& request, const Sight&,
                                                  absl::Duration patience) override;
  absl::StatusOr<std::string> DumpState(absl::Duration patience) override;
  absl::StatusOr<v1::WhatIfResponse> WhatIf(const v1::WhatIfRequest&,
                                            absl::Duration patience) override;
  absl::StatusOr<v1::GetCostResponse> GetCost(const v1::GetCostRequest& request, const Sight&,
                                              absl::Duration patience) override;
  absl::StatusOr<std::vector<v1::Decision>> DecisionsAfter(int64_t after, int most, const Sight&,
                                                           absl::Duration patience) override;

 private:
  absl::Status Begin(std::unique_lock<std::mutex>* lock, absl::Duration patience);

  std::mutex mutex_;
  std::condition_variable resumed_;
  FakeCluster cluster_;
  absl::Status status_;
  bool stalled_ = false;
  std::atomic<int> asked_{0};
};

}  // namespace muster::daemon
