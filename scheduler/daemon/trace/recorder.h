// SPDX-License-Identifier: Apache-2.0
// Records what the loop does into a trace: events, what ran out, and plans, as they happen. It
// stands on the loop's thread and never waits. What cannot be written is not dropped in silence:
// the file says that it ends there, and a new one begins with an image of the state as soon as
// there is room.
#pragma once

#include <functional>
#include <string>

#include "scheduler/daemon/trace/trace_encoder.h"
#include "scheduler/daemon/trace/trace_output.h"
#include "scheduler/loop/loop.h"

namespace muster::daemon {

class Recorder : public loop::Observer {
 public:
  // `say` is told when recording stops, and when it goes on: one sentence.
  Recorder(TraceOutput* output, std::function<void(const std::string&)> say);

  void OnStart(const State& state) override;
  void OnEvent(const Event& event, absl::Time now) override;
  void OnExpire(absl::Time now) override;
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override;

  // The loop does no more; what is left is handed to the output.
  void Finish();

  int64_t events() const { return events_; }
  int64_t lost_events() const { return lost_events_; }

 private:
  static constexpr size_t kChunk = size_t{128} << 10;
  static constexpr absl::Duration kLongest = absl::Seconds(1);

  void BeginFile(absl::Time now, bool from_image);
  // `refused`: the output has just taken nothing.
  void Hand(bool refused);
  void HandSometimes(absl::Time now);

  TraceOutput* const output_;
  const std::function<void(const std::string&)> say_;
  const State* state_ = nullptr;
  TraceEncoder encoder_;
  bool recording_ = false;
  bool begins_file_ = false;                 // what the encoder has is the beginning of a file
  absl::Time begun_ = absl::InfinitePast();  // the first operation that was not handed over yet
  size_t image_bytes_ = 0;                   // with which the file began
  int64_t events_ = 0;
  int64_t lost_events_ = 0;
  int64_t lost_now_ = 0;  // since recording stopped
};

}  // namespace muster::daemon
