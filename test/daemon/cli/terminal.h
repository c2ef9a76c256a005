// SPDX-License-Identifier: Apache-2.0
// The binary on a pseudo-terminal of a given size, with keys and signals for it.
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace muster::daemon::cli {

class Terminal {
 public:
  // `server`: MUSTER_SERVER; empty: not set. `path`: PATH.
  Terminal(const std::string& server, const std::vector<std::string>& arguments, int columns,
           int rows, bool no_color = false, const std::string& path = "/nonexistent");
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Reads until the text has come `times` times. All that was read is `seen`. Only a program that
  // hangs meets the limit, also on a busy machine under a sanitizer.
  bool Await(const std::string& text, int times = 1, absl::Duration patience = absl::Seconds(60));
  void Press(const std::string& keys);
  void Signal(int number);
  void Resize(int columns, int rows);
  // Its exit code once it has ended (128 + N: by signal N); reads the rest.
  int End();
  // Of the terminal, as the program left it or has it now.
  termios Settings() const;

  std::string seen;

 private:
  bool Read();

  int terminal_ = -1;  // our side
  int side_ = -1;      // the program's, kept open so that its settings outlive it
  pid_t pid_ = -1;
};

// The last screen that was drawn whole, which is the one before the last that was begun: line by
// line, without colours.
std::vector<std::string> LastScreen(const std::string& seen);

}  // namespace muster::daemon::cli
