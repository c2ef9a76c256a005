// SPDX-License-Identifier: Apache-2.0
// A program that is run for us (kubectl), with what it says on stdout and stderr.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace muster::daemon::cli {

// How long a program is waited for: until a time, or until `given_up`, an eventfd, is written to.
struct Until {
  Until(absl::Time at, int cancelled = -1) : time(at), given_up(cancelled) {}
  bool Over() const;

  absl::Time time;
  int given_up;  // -1: nobody gives up
};

class Child {
 public:
  // `words[0]` is looked for in PATH. `more` is added to the environment: "NAME=value". It ends
  // with this process, also if that is killed. NotFound: no such program.
  static absl::StatusOr<Child> Start(const std::vector<std::string>& words,
                                     const std::vector<std::string>& more = {});
  // Ends it, and waits for that.
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  // Reads until stdout holds a line that begins with `lead`, and returns that line. Else, when it
  // has ended: FailedPrecondition with the last thing it said on stderr; at the deadline:
  // DeadlineExceeded; given up: Cancelled.
  absl::StatusOr<std::string> AwaitLine(absl::string_view lead, const Until& until);
  // All of stdout, once it has ended with exit code 0. Errors as above.
  absl::StatusOr<std::string> AwaitEnd(const Until& until);

 private:
  Child(pid_t pid, int out, int err, std::string name)
      : pid_(pid), out_(out), err_(err), name_(std::move(name)) {}
  // More of what it says. False: both streams have ended.
  absl::StatusOr<bool> Read(const Until& until);
  // Its exit code; -1 where there is none, also when it is over.
  int Reap(const Until& until);
  absl::Status Complaint() const;

  pid_t pid_;
  int out_;  // -1: has ended
  int err_;
  std::string name_;
  std::string said_;
  std::string complained_;
};

}  // namespace muster::daemon::cli
