// SPDX-License-Identifier: Apache-2.0
#include "test/daemon/cli/terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <regex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace muster::daemon::cli {

Terminal::Terminal(const std::string& server, const std::vector<std::string>& arguments,
                   int columns, int rows, bool no_color, const std::string& path) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  REQUIRE(openpty(&terminal_, &side_, nullptr, nullptr, &size) == 0);
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "muster");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    login_tty(dup(side_));
    close(terminal_);
    setenv("MUSTER_SERVER", server.c_str(), 1);
    if (server.empty()) unsetenv("MUSTER_SERVER");
    setenv("PATH", path.c_str(), 1);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    if (no_color) setenv("NO_COLOR", "1", 1);
    execv(MUSTER_BINARY, pointers.data());
    _exit(127);
  }
}

Terminal::~Terminal() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  close(terminal_);
  close(side_);
}

bool Terminal::Read() {
  pollfd file{terminal_, POLLIN, 0};
  if (poll(&file, 1, 10) <= 0) return false;
  char buffer[65536];
  const ssize_t count = read(terminal_, buffer, sizeof buffer);
  if (count <= 0) return false;
  seen.append(buffer, static_cast<size_t>(count));
  return true;
}

bool Terminal::Await(const std::string& text, int times, absl::Duration patience) {
  const size_t from = seen.size();
  const absl::Time deadline = absl::Now() + patience;
  while (absl::Now() < deadline) {
    int found = 0;
    for (size_t at = from; (at = seen.find(text, at)) != std::string::npos; ++at) ++found;
    if (found >= times) return true;
    Read();
  }
  return false;
}

void Terminal::Press(const std::string& keys) {
  REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
}

void Terminal::Signal(int number) { kill(pid_, number); }

void Terminal::Resize(int columns, int rows) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  ioctl(terminal_, TIOCSWINSZ, &size);
}

int Terminal::End() {
  int status = 0;
  pid_t ended = 0;
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (ended == 0 && absl::Now() < deadline) {
    ended = waitpid(pid_, &status, WNOHANG);
    Read();
  }
  while (Read()) {
  }
  if (ended != pid_) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

termios Terminal::Settings() const {
  termios settings{};
  tcgetattr(side_, &settings);
  return settings;
}

std::vector<std::string> LastScreen(const std::string& seen) {
  static const std::regex kRow("\x1b\\[(\\d+);1H\x1b\\[2K([^\x1b]*(\x1b\\[[0-9;]*m[^\x1b]*)*)");
  static const std::regex kColor("\x1b\\[[0-9;]*m");
  std::vector<std::string> lines;
  constexpr char kFirstRow[] = "\x1b[1;1H\x1b[2K";
  const size_t next = seen.rfind(kFirstRow);
  if (next == std::string::npos || next == 0) return lines;
  const size_t from = seen.rfind(kFirstRow, next - 1);
  if (from == std::string::npos) return lines;
  const std::string last = seen.substr(from, next - from);
  for (std::sregex_iterator row(last.begin(), last.end(), kRow), end; row != end; ++row) {
    lines.push_back(std::regex_replace((*row)[2].str(), kColor, ""));
  }
  return lines;
}

}  // namespace muster::daemon::cli
