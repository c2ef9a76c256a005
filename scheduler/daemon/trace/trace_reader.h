// SPDX-License-Identifier: Apache-2.0
// One file of a trace, read operation by operation along with the state that they make.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "scheduler/daemon/trace/trace_chunks.h"
#include "scheduler/daemon/trace/trace_decoder.h"

namespace muster::daemon {

class TraceReader {
 public:
  explicit TraceReader(std::string path) : path_(std::move(path)) {}
  ~TraceReader();
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;

  // One sentence that names the file: NotFound (it cannot be read), InvalidArgument (no trace),
  // FailedPrecondition (of another version).
  absl::Status Open();
  // The state with which the file begins: the first thing to ask for. nullptr: it cannot be read.
  std::unique_ptr<State> Begin();
  // False at the end, whatever kind of end it is.
  bool Next(const State& before, Operation* operation);

  // How the file ended, after Next said false.
  enum class Ending { kEnded, kGoesOn, kCut, kDamaged, kLost };
  Ending ending() const { return ending_; }
  // One sentence about an end that came too early; empty for one that did not.
  std::string Complaint() const;

 private:
  bool NextChunk();
  bool Damaged();

  const std::string path_;
  int file_ = -1;
  std::unique_ptr<ChunkReader> chunks_;
  TraceDecoder decoder_;
  bool chunk_waits_ = false;  // the chunk that was read last was not fed yet
  bool at_end_ = false;
  int64_t first_line_ = 0;  // its bytes
  Ending ending_ = Ending::kCut;
  std::string why_lost_;
};

}  // namespace muster::daemon
