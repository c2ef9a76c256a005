// SPDX-License-Identifier: Apache-2.0
// The real binary, run as a user does: arguments and environment in, streams and exit code out; in
// a pipe or on a terminal of a given size.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace muster::daemon::cli {

struct Outcome {
  int code = -1;  // 128 + N: ended by signal N
  std::string out;
  std::string err;
};

struct Run {
  std::vector<std::string> arguments;
  // Added to a small environment without a kubectl; "" takes a variable away.
  std::map<std::string, std::string> environment;
  std::string argv0 = "muster";
};

Outcome RunMuster(const Run& run);
// With MUSTER_SERVER set.
Outcome RunMuster(const std::string& server, const std::vector<std::string>& arguments);

// A program of the name in a folder that is first in PATH while this lives.
class Tools {
 public:
  Tools();
  ~Tools();
  Tools(const Tools&) = delete;
  Tools& operator=(const Tools&) = delete;
  // A script for sh; returns its path.
  std::string Add(const std::string& name, const std::string& script);
  std::string Link(const std::string& name, const std::string& target);
  std::string path() const;  // for PATH
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

// Whether the text equals test/daemon/cli/golden/NAME.txt, in which PORT stands for that number.
// With MUSTER_GOLDEN=write in the environment the file is written instead.
void CheckGolden(const std::string& name, const std::string& text, int port = 0);

}  // namespace muster::daemon::cli
