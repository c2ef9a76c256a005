// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/completion.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

// Without a suggestion, file names are completed.
constexpr char kBash[] = R"(# bash completion for muster; for example
#   muster completion bash >/etc/bash_completion.d/muster
_muster() {
  mapfile -t COMPREPLY < <(
    "${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
}
complete -o bashdefault -o default -F _muster muster
)";

constexpr char kZsh[] = R"(#compdef muster
# zsh completion for muster; for example
#   muster completion zsh >"${fpath[1]}/_muster"
_muster() {
  local -a found
  local line word
  for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    word=${line%%$'\t'*}
    found+=("${word//:/\\:}:${line#*$'\t'}")
  done
  if (( ${#found} )); then
    _describe muster found
  else
    _files
  fi
}
if [[ $funcstack[1] == _muster ]]; then
  _muster "$@"
else
  compdef _muster muster
fi
)";

constexpr char kFish[] = R"(# fish completion for muster; for example
#   muster completion fish >~/.config/fish/completions/muster.fish
function __muster_complete
    set -l words (commandline -opc)
    set -l found ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c muster -f -a '(__muster_complete)'
)";

}  // namespace

int Completion(const Arguments& arguments) {
  const FlagSet flags("completion", "bash|zsh|fish",
                      "Prints the completion script of that shell. Now and here: source <(muster "
                      "completion bash).\nFor `kubectl muster`: a link named "
                      "kubectl_complete-muster to this binary in PATH.");
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  if (positional[0] == "bash") return Answer(std::string(kBash));
  if (positional[0] == "zsh") return Answer(std::string(kZsh));
  if (positional[0] == "fish") return Answer(std::string(kFish));
  return UsageError(
      absl::StrCat("no shell ", codec::Quoted(positional[0]), ": expected bash, zsh or fish"));
}

Arguments WordsOfShell(Arguments words) {
  if (words.empty() || words.back() != "=") {
    // --output = js: the flag's value is what is completed.
    for (size_t i = 1; i + 1 < words.size();) {
      if (words[i] == "=" && words[i - 1].compare(0, 2, "--") == 0) {
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    return words;
  }
  words.back() = "";
  return words;
}

}  // namespace muster::daemon::cli
