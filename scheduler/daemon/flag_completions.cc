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

void FlagSet::AddValues(const Flag& flag, absl::string_view lead, const std::string& begun,
                        const Arguments& before, std::vector<std::string>* out) const {
  AddChoices(flag.choices, lead, begun, out);
  if (flag.offer == nullptr) return;
  FillFrom(before);
  AddChoices(flag.offer(begun), lead, begun, out);
}

std::vector<std::string> FlagSet::Completions(const Arguments& words) const {
  std::vector<std::string> out;
  std::vector<const Flag*> seen;
  const Arguments before(words.begin(), words.empty() ? words.end() : words.end() - 1);
  size_t arguments = 0;
  const Flag* pending = nullptr;
  for (const std::string& each : before) {
    if (pending != nullptr) {
      pending = nullptr;
      continue;
    }
    if (each == "--") return out;
    if (each.size() < 2 || each[0] != '-') {
      ++arguments;
      continue;
    }
    const Naming named = Named(each);
    if (named.flag == nullptr) continue;
    seen.push_back(named.flag);
    if (!named.value && !named.flag->placeholder.empty()) pending = named.flag;
  }
  const std::string word = words.empty() ? "" : words.back();
  if (pending != nullptr) {
    AddValues(*pending, "", word, before, &out);
    return out;
  }
  if (word.empty() || word[0] != '-') {
    if (offer_ == nullptr || arguments >= positional_.size()) return out;
    FillFrom(before);
    AddChoices(offer_(word), "", word, &out);
    return out;
  }
  if (const size_t equals = word.find('='); equals != std::string::npos) {
    const Naming named = Named(word);
    if (named.flag != nullptr) {
      AddValues(*named.flag, word.substr(0, equals + 1), word.substr(equals + 1), before, &out);
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
