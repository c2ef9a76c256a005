// SPDX-License-Identifier: Apache-2.0
// A folder for a test, and simulations recorded into it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/codec/scenario.h"
#include "scheduler/daemon/trace/trace_folder.h"

namespace muster::daemon {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }
  // Files of a trace in it.
  std::vector<std::string> traces() const;

 private:
  std::string path_;
};

std::string ReadWhole(const std::string& path);
void WriteWhole(const std::string& path, const std::string& bytes);

// A world of some hundred plans without a restart.
codec::Scenario BusyScenario();

struct Recorded {
  int64_t events = 0;
  int64_t plans = 0;
  int64_t restarts = 0;
};
// Runs the scenario with its seed and records it.
Recorded Record(const codec::Scenario& scenario, const RecordSettings& settings);

}  // namespace muster::daemon
