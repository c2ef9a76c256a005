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
  // DeadlineExceeded.
  absl::StatusOr<std::string> AwaitLine(absl::string_view lead, absl::Time deadline);
  // All of stdout, once it has ended with exit code 0. Errors as above.
  absl::StatusOr<std::string> AwaitEnd(absl::Time deadline);

 private:
  Child(pid_t pid, int out, int err, std::string name)
      : pid_(pid), out_(out), err_(err), name_(std::move(name)) {}
  // More of what it says. False: both streams have ended.
  absl::StatusOr<bool> Read(absl::Time deadline);
  // Its exit code; -1 where there is none, also at the deadline.
  int Reap(absl::Time deadline);
  absl::Status Complaint() const;

  pid_t pid_;
  int out_;  // -1: has ended
  int err_;
  std::string name_;
  std::string said_;
  std::string complained_;
};

}  // namespace muster::daemon::cli
