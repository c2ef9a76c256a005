// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/raw_terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace muster::daemon::cli {
namespace {

// The other screen, no cursor, no wrapping of lines; and back.
constexpr absl::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr absl::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr char kControlC = 3;

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&signals, signal);
  return signals;
}

void WriteAll(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // the terminal is gone; poll will say so
    text.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace

bool RawTerminal::There() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

void RawTerminal::BlockSignals() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

RawTerminal::RawTerminal() {
  const sigset_t signals = Signals();
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  // Ctrl-C and Ctrl-Z are keys: a stopped program would leave its screen behind.
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  WriteAll(kEnter);
}

RawTerminal::~RawTerminal() {
  WriteAll(kLeave);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  close(signals_);
}

void RawTerminal::Draw(const std::vector<std::string>& lines) {
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    absl::StrAppend(&text, "\x1b[", i + 1, ";1H\x1b[2K", lines[i]);
  }
  absl::StrAppend(&text, "\x1b[", lines.size() + 1, ";1H");
  WriteAll(text);
}

RawTerminal::Wake RawTerminal::Wait(absl::Time until, int ready) {
  while (true) {
    pollfd files[] = {{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}, {ready, POLLIN, 0}};
    const int64_t left = absl::ToInt64Milliseconds(until - absl::Now() + absl::Milliseconds(1));
    const int count = poll(files, 3, static_cast<int>(std::clamp<int64_t>(left, 0, 60000)));
    if (count < 0 && errno != EINTR) return Wake::kQuit;
    if (count <= 0) {
      if (absl::Now() >= until) return Wake::kTime;
      continue;
    }
    if (files[0].revents != 0) {
      char keys[64];
      const ssize_t pressed = read(STDIN_FILENO, keys, sizeof keys);
      if (pressed <= 0) return Wake::kQuit;
      if (std::any_of(keys, keys + pressed,
                      [](char key) { return key == 'q' || key == 'Q' || key == kControlC; })) {
        return Wake::kQuit;
      }
    }
    if (files[1].revents != 0) {
      signalfd_siginfo signal{};
      if (read(signals_, &signal, sizeof signal) == sizeof signal) {
        return signal.ssi_signo == SIGWINCH ? Wake::kResized : Wake::kQuit;
      }
    }
    if (files[2].revents != 0) {
      uint64_t written = 0;
      if (read(ready, &written, sizeof written) == sizeof written) return Wake::kReady;
    }
  }
}

}  // namespace muster::daemon::cli
