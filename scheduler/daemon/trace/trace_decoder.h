// SPDX-License-Identifier: Apache-2.0
// Bytes to operations, the other way round of trace_encoder.h. Whatever the bytes are, what comes
// out is something that a world could have said: ids name something that there is, numbers are in
// the range that the codecs let through.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "scheduler/daemon/trace/bytes.h"
#include "scheduler/daemon/trace/operation.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

class TraceDecoder {
 public:
  // The bytes of the next chunk, which outlive the reading of it.
  void Feed(absl::string_view bytes) { source_.Feed(bytes); }
  // False at the end of the chunk, and where it makes no sense (then not ok()). `before` is the
  // state that everything read so far has made.
  bool Next(const State& before, Operation* operation);
  bool ok() const { return source_.ok(); }
  // For what is read beside operations.
  Source& source() { return source_; }

 private:
  Event GetEvent(const State& before, uint8_t op);
  Event GetNewPod();
  Event GetKnownPod(const State& before);
  Event GetSameNode(const State& before);
  Event GetQueues();
  Event GetForecast(const State& before);
  Event GetEvictionRefused(const State& before);
  RecordedPlan GetPlan();
  std::string GetUid(const State& before);
  void GetDelta(Pod* pod, bool fresh);
  RoleSpec GetRole();
  std::optional<Stamp> GetStamp();

  Source source_;
  absl::Time now_ = absl::InfinitePast();
  Pod fresh_;
  Stamp stamp_;
  std::vector<RoleSpec> roles_;
};

}  // namespace muster::daemon
