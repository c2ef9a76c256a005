// SPDX-License-Identifier: Apache-2.0
// A terminal taken over for a live view: another screen, no cursor, keys as they are pressed. What
// was there comes back in the destructor, whatever ended the view.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace muster::daemon::cli {

class RawTerminal {
 public:
  // Whether stdin and stdout are a terminal.
  static bool There();
  // Keeps from this thread, and those it starts, the signals that Wait tells of.
  static void BlockSignals();

  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // From the first line on; each is as long as the terminal is wide, or shorter.
  void Draw(const std::vector<std::string>& lines);

  enum class Wake { kTime, kQuit, kResized, kReady };
  // Until the time, a key that ends the view (q, Ctrl-C) or a signal that does, a new size, or
  // `ready` (an eventfd) being written to.
  Wake Wait(absl::Time until, int ready);

 private:
  termios before_{};
  int signals_;  // signalfd
};

}  // namespace muster::daemon::cli
