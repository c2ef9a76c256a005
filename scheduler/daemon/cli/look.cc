// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/look.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace muster::daemon::cli {
namespace {

absl::string_view CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain: return "";
    case Tone::kDim: return "2";
    case Tone::kStrong: return "1";
    case Tone::kGood: return "32";
    case Tone::kWarning: return "33";
    case Tone::kBad: return "31";
  }
  return "";
}

bool WantsColor() {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return term != nullptr && absl::string_view(term) != "dumb" && *term != '\0';
}

}  // namespace

std::string Toned(absl::string_view text, Tone tone, bool color) {
  if (!color || tone == Tone::kPlain || text.empty()) return std::string(text);
  return absl::StrCat("\x1b[", CodeOf(tone), "m", text, "\x1b[0m");
}

void LookFlags::Declare(FlagSet* flags, std::vector<std::string> outputs) {
  output = outputs.front();
  flags->Choice("output", &output, std::move(outputs), "form of the answer");
  flags->Short('o', "output");
  flags->Choice("color", &color, {"auto", "always", "never"},
                "auto: on a terminal, unless NO_COLOR is set");
}

Look LookFlags::Resolve() const {
  const Size size = SizeOf(STDOUT_FILENO);
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  return {color == "always" || (color == "auto" && terminal && WantsColor()), size.columns};
}

Size SizeOf(int fd) {
  winsize size{};
  if (isatty(fd) != 1 || ioctl(fd, TIOCGWINSZ, &size) != 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace muster::daemon::cli
