// SPDX-License-Identifier: Apache-2.0
// What encoder and decoder agree on. A file is one line of text (FirstLine), then chunks
// (trace_chunks.h) whose bytes are operations, each an Op and its fields. No operation is cut by
// the end of a chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace muster::daemon {

// Of the rules below; the fields of structs have a number of their own (TraceLayout).
inline constexpr int kTraceVersion = 3;

enum class Op : uint8_t {
  kBegin = 1,
  kNow,       // the time of all that follows
  kNewPod,    // uid, and what differs from the last new pod
  kPod,       // id, and what differs from the pod as it was
  kPodGone,   // id
  kNode,      // the node
  kSameNode,  // id: told again as it was
  kNodeGone,  // name
  kQueues,    // one line of YAML
  kForecast,
  kForecastMissing,
  kBindAccepted,
  kBindRefused,
  kEvictionRefused,
  kMemory,
  kSynced,
  kExpire,
  kPlan,
  kLost,
  kEnd,
};

// So many roles are known at most; then all are forgotten.
inline constexpr size_t kKnownRoles = 256;

// A number that changes with any field of any struct that a trace carries.
const std::string& TraceLayout();
// "muster trace 3 0123456789abcdef by muster 0.1.0\n".
std::string FirstLine();

}  // namespace muster::daemon
