// SPDX-License-Identifier: Apache-2.0
// How an answer is to look, and in which form it is asked for.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

struct Look {
  bool color = false;
  size_t width = 0;  // columns of the terminal; 0: no limit
};

enum class Tone { kPlain, kDim, kStrong, kGood, kWarning, kBad };

// `text` in that tone; unchanged without colour. `text` is shown already (shown.h).
std::string Toned(absl::string_view text, Tone tone, bool color);

// The flags --output and --color, and what they come to.
struct LookFlags {
  std::string output = "table";
  std::string color = "auto";

  void Declare(FlagSet* flags, std::vector<std::string> outputs);
  // Of stdout: colour only on a terminal where NO_COLOR and TERM=dumb do not ask for none; its
  // width.
  Look Resolve() const;
};

// Columns and rows of the terminal behind a file descriptor; {0, 0} where it is none.
struct Size {
  size_t columns = 0;
  size_t rows = 0;
};
Size SizeOf(int fd);

}  // namespace muster::daemon::cli
