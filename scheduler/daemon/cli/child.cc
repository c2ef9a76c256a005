// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

constexpr size_t kMostSaid = size_t{1} << 20;
constexpr int kNoSuchProgram = 127;

std::vector<char*> Pointers(std::vector<std::string>* words) {
  std::vector<char*> pointers;
  for (std::string& word : *words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child: only what may be called between fork and exec.
[[noreturn]] void Become(char* const* words, char* const* environment, int out, int err,
                         pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(kNoSuchProgram);  // it died before we asked
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvpe(words[0], words, environment);
  _exit(kNoSuchProgram);
}

void CloseFile(int* file) {
  if (*file >= 0) close(*file);
  *file = -1;
}

}  // namespace

absl::StatusOr<Child> Child::Start(const std::vector<std::string>& words,
                                   const std::vector<std::string>& more) {
  int out[2] = {-1, -1};
  int err[2] = {-1, -1};
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    CloseFile(&out[0]);
    CloseFile(&out[1]);
    return absl::InternalError(absl::StrCat("no pipe: ", strerror(errno)));
  }
  std::vector<std::string> arguments = words;
  std::vector<std::string> environment = more;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.emplace_back(*variable);
  }
  const std::vector<char*> argument_pointers = Pointers(&arguments);
  const std::vector<char*> environment_pointers = Pointers(&environment);
  const pid_t self = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    Become(argument_pointers.data(), environment_pointers.data(), out[1], err[1], self);
  }
  close(out[1]);
  close(err[1]);
  if (pid < 0) {
    close(out[0]);
    close(err[0]);
    return absl::InternalError(absl::StrCat("no process: ", strerror(errno)));
  }
  return Child(pid, out[0], err[0], words[0]);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      name_(std::move(other.name_)),
      said_(std::move(other.said_)),
      complained_(std::move(other.complained_)) {}

Child::~Child() {
  if (pid_ > 0) kill(pid_, SIGKILL);  // it has nothing to clean up, and none waits for it
  Reap(absl::InfiniteFuture());
  CloseFile(&out_);
  CloseFile(&err_);
}

bool Until::Over() const {
  pollfd file{given_up, POLLIN, 0};  // poll passes over a file of -1
  return absl::Now() >= time || poll(&file, 1, 0) > 0;
}

int Child::Reap(const Until& until) {
  int status = 0;
  while (pid_ > 0) {
    // Both its streams have ended: it will have, too, within a moment.
    const pid_t ended = waitpid(pid_, &status, until.time == absl::InfiniteFuture() ? 0 : WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) {
      pid_ = -1;
      return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    if (until.Over()) return -1;
    if (ended == 0) absl::SleepFor(absl::Milliseconds(2));
  }
  return -1;
}

absl::StatusOr<bool> Child::Read(const Until& until) {
  if (out_ < 0 && err_ < 0) return false;
  pollfd files[3] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}, {until.given_up, POLLIN, 0}};
  const int64_t left = absl::ToInt64Milliseconds(until.time - absl::Now());
  const int ready = poll(files, 3, static_cast<int>(std::clamp<int64_t>(left, 0, 3600000)));
  if (ready < 0 && errno == EINTR) return true;
  if (ready <= 0) return absl::DeadlineExceededError(absl::StrCat(name_, ": no answer in time"));
  if (files[2].revents != 0) return absl::CancelledError(absl::StrCat(name_, ": given up"));
  for (int i = 0; i < 2; ++i) {
    if (files[i].revents == 0) continue;
    char buffer[4096];
    int* file = i == 0 ? &out_ : &err_;
    std::string* text = i == 0 ? &said_ : &complained_;
    const ssize_t count = read(*file, buffer, sizeof buffer);
    if (count <= 0) CloseFile(file);
    if (count > 0 && text->size() < kMostSaid) text->append(buffer, static_cast<size_t>(count));
  }
  return true;
}

absl::Status Child::Complaint() const {
  const std::vector<std::string> lines = absl::StrSplit(complained_, '\n', absl::SkipWhitespace());
  return absl::FailedPreconditionError(absl::StrCat(
      name_, ": ", lines.empty() ? "it ended without a word" : Cut(Shown(lines.back()), 400)));
}

absl::StatusOr<std::string> Child::AwaitLine(absl::string_view lead, const Until& until) {
  while (true) {
    const size_t complete = said_.rfind('\n');
    if (complete != std::string::npos) {
      for (absl::string_view line :
           absl::StrSplit(absl::string_view(said_).substr(0, complete), '\n')) {
        if (absl::StartsWith(line, lead)) return std::string(line);
      }
    }
    const absl::StatusOr<bool> more = Read(until);
    if (!more.ok()) return more.status();
    if (*more) continue;
    if (Reap(until) == kNoSuchProgram && complained_.empty()) {
      return absl::NotFoundError(absl::StrCat(name_, " is not in PATH"));
    }
    return Complaint();
  }
}

absl::StatusOr<std::string> Child::AwaitEnd(const Until& until) {
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = Read(until);
  if (!more.ok()) return more.status();
  const int code = Reap(until);
  if (code == kNoSuchProgram && complained_.empty()) {
    return absl::NotFoundError(absl::StrCat(name_, " is not in PATH"));
  }
  if (code != 0) return Complaint();
  return said_;
}

}  // namespace muster::daemon::cli
