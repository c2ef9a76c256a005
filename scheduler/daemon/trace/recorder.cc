// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/recorder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/trace/state_image.h"

namespace muster::daemon {

Recorder::Recorder(TraceOutput* output, std::function<void(const std::string&)> say)
    : output_(output), say_(std::move(say)) {}

void Recorder::OnStart(const State& state) {
  if (recording_) Finish();
  encoder_ = TraceEncoder();
  state_ = &state;
  recording_ = true;
  BeginFile(absl::UnixEpoch(), /*from_image=*/false);
}

void Recorder::BeginFile(absl::Time now, bool from_image) {
  encoder_.BeginFile(*state_, now, from_image);
  begins_file_ = true;
  begun_ = now;
  image_bytes_ = 0;
  if (!from_image) return;
  std::string image = ImageOf(*state_);
  image_bytes_ = image.size();
  // The reader needs it before anything that follows.
  begins_file_ = false;
  if (!output_->Take({true, ChunkKind::kOperations, encoder_.Take()}) ||
      !output_->Take({false, ChunkKind::kImage, std::move(image)})) {
    Hand(true);
  }
}

void Recorder::OnEvent(const Event& event, absl::Time now) {
  ++events_;
  if (!recording_) {
    ++lost_events_;
    ++lost_now_;
    return encoder_.Skip(*state_, event);
  }
  encoder_.OnEvent(*state_, event, now);
  HandSometimes(now);
}

void Recorder::OnExpire(absl::Time now) {
  if (!recording_) {
    if (!output_->Idle()) return;
    recording_ = true;
    say_(absl::StrCat("recording goes on in a new file; ", lost_now_, " events are in no trace"));
    lost_now_ = 0;
    BeginFile(now, /*from_image=*/true);
  } else if (output_->file_bytes() >=
             std::max(output_->settings().file_bytes, static_cast<int64_t>(image_bytes_))) {
    encoder_.OnEnd(/*goes_on=*/true);
    Hand(false);
    if (recording_) BeginFile(now, /*from_image=*/true);
  }
  if (!recording_) return;
  encoder_.OnExpire(now);
  HandSometimes(now);
}

void Recorder::OnCycle(const State&, const Plan& plan, absl::Time now) {
  if (!recording_) return;
  encoder_.OnPlan(plan, now);
  HandSometimes(now);
}

void Recorder::Finish() {
  if (!recording_) return;
  encoder_.OnEnd(/*goes_on=*/false);
  Hand(false);
  recording_ = false;
}

void Recorder::HandSometimes(absl::Time now) {
  if (encoder_.size() >= kChunk || now - begun_ >= kLongest) {
    Hand(false);
    begun_ = now;
  }
}

void Recorder::Hand(bool refused) {
  if (!refused) {
    TraceChunk chunk{std::exchange(begins_file_, false), ChunkKind::kOperations, encoder_.Take()};
    if (output_->Take(std::move(chunk))) return;
  }
  recording_ = false;
  encoder_.Take();
  encoder_.OnLost("what happened came faster than it could be written, or could not be written");
  output_->Take({false, ChunkKind::kOperations, encoder_.Take(), /*last_word=*/true});
  say_("recording stops: the trace could not be written in time");
}

}  // namespace muster::daemon
