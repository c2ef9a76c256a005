// SPDX-License-Identifier: Apache-2.0
// An answer in pieces. One piece is on its way at a time and the next is made when it has gone, so
// that a slow reader costs no memory. Thread-safe; lives until OnDone.
#pragma once

#include <mutex>
#include <optional>

#include "grpcpp/grpcpp.h"
#include "scheduler/daemon/grpc/status_of.h"

namespace muster::daemon {

template <typename Piece>
class Outflow : public grpc::ServerWriteReactor<Piece> {
 public:
  // Sends the next piece, if there is one and nothing is on its way.
  void Pump() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (writing_ || finished_ || ending_.has_value() || !Next(&piece_)) return;
      writing_ = true;
    }
    this->StartWrite(&piece_);
  }

  // After what is on its way nothing more comes.
  void End(const absl::Status& status) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (finished_) return;
      if (writing_) {
        if (!ending_.has_value()) ending_ = status;
        return;
      }
      finished_ = true;
    }
    this->Finish(GrpcStatusOf(status));
  }

  void OnWriteDone(bool ok) override {
    std::optional<absl::Status> ending;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      writing_ = false;
      ending = ending_;
    }
    if (!ok) return End(absl::CancelledError("the reader has gone"));
    if (ending.has_value()) return End(*ending);
    Pump();
  }

  void OnCancel() override { End(absl::CancelledError("the reader has gone")); }

 protected:
  // Under the lock: fills the piece; false: there is none now.
  virtual bool Next(Piece* piece) = 0;

  std::mutex mutex_;

 private:
  // Guarded by mutex_.
  Piece piece_;
  bool writing_ = false;
  bool finished_ = false;
  std::optional<absl::Status> ending_;
};

}  // namespace muster::daemon
