// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/daemon/flags.h"

namespace muster::daemon {
namespace {

// `lead` stands before each choice: "--output=" where the shell wants the whole word.
void AddChoices(const std::vector<std::string>& choices, absl::string_view lead,
                absl::string_view begun, std::vector<std::string>* out) {
  for (const std::string& choice : choices) {
    if (absl::StartsWith(choice, begun)) out->push_back(absl::StrCat(lead, choice, "\t"));
  }
}

}  // namespace

std::vector<std::string> FlagSet::Completions(const Arguments& words) const {
  std::vector<std::string> out;
  std::vector<const Flag*> seen;
  const Flag* pending = nullptr;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (pending != nullptr) {
      pending = nullptr;
      continue;
    }
    if (words[i] == "--") return out;
    if (words[i].size() < 2 || words[i][0] != '-') continue;
    const Naming named = Named(words[i]);
    if (named.flag == nullptr) continue;
    seen.push_back(named.flag);
    if (!named.value && !named.flag->placeholder.empty()) pending = named.flag;
  }
  const std::string word = words.empty() ? "" : words.back();
  if (pending != nullptr) {
    AddChoices(pending->choices, "", word, &out);
    return out;
  }
  if (word.empty() || word[0] != '-') return out;
  if (const size_t equals = word.find('='); equals != std::string::npos) {
    const Naming named = Named(word);
    if (named.flag != nullptr) {
      AddChoices(named.flag->choices, word.substr(0, equals + 1), word.substr(equals + 1), &out);
    }
    return out;
  }
  for (const Flag& flag : flags_) {
    const std::string name = absl::StrCat("--", flag.name);
    const bool given = std::find(seen.begin(), seen.end(), &flag) != seen.end();
    if (!given && absl::StartsWith(name, word)) {
      out.push_back(absl::StrCat(name, "\t", flag.help));
    }
  }
  if (absl::StartsWith("--help", word)) out.push_back("--help\tlists the flags");
  return out;
}

}  // namespace muster::daemon
