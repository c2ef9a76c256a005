// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as a call on a thread of its own, where locks and logging are allowed. A
// second signal ends the process at once.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace muster::daemon {

class StopSignal {
 public:
  // Blocks the signals for this thread and all that it starts from here on: call it before any
  // other thread is made, or the signal may reach one that knows nothing of it.
  static void Block();

  explicit StopSignal(std::function<void(std::string name)> on_stop);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

 private:
  void Wait();

  const std::function<void(std::string name)> on_stop_;
  int signals_;  // signalfd
  int done_;     // eventfd
  std::thread thread_;
};

}  // namespace muster::daemon
