// SPDX-License-Identifier: Apache-2.0
// A dump of the state in pieces. It holds itself until gRPC is done with it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/grpc/outflow.h"

namespace muster::daemon {

class DumpStream : public Outflow<v1::DumpStateChunk> {
 public:
  static constexpr size_t kPiece = size_t{256} << 10;

  // Calls `done` at its end.
  static std::shared_ptr<DumpStream> Make(std::function<void()> done) {
    auto stream = std::make_shared<DumpStream>(std::move(done));
    stream->self_ = stream;
    return stream;
  }
  explicit DumpStream(std::function<void()> done) : done_(std::move(done)) {}

  void Begin(std::string text) {
    if (text.empty()) return End(absl::OkStatus());
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      text_ = std::move(text);
    }
    Pump();
  }

  void OnWriteDone(bool ok) override {
    bool all = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      all = at_ == text_.size();
    }
    if (all) End(absl::OkStatus());
    Outflow::OnWriteDone(ok);
  }
  void OnDone() override {
    done_();
    const std::shared_ptr<DumpStream> last = std::move(self_);
  }

 private:
  bool Next(v1::DumpStateChunk* chunk) override {
    if (at_ == text_.size()) return false;
    const size_t size = std::min(kPiece, text_.size() - at_);
    chunk->set_text(text_.substr(at_, size));
    at_ += size;
    return true;
  }

  const std::function<void()> done_;
  std::shared_ptr<DumpStream> self_;
  // Guarded by mutex_.
  std::string text_;
  size_t at_ = 0;
};

}  // namespace muster::daemon
