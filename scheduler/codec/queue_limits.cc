// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_limits.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/pod_codec.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr absl::string_view kDefault = "default";
constexpr size_t kLongestLabel = 63;

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Letters and digits at both ends, those or `inner` between.
bool IsName(absl::string_view text, absl::string_view inner) {
  if (text.empty() || !IsAlnum(text.front()) || !IsAlnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [inner](char c) { return IsAlnum(c) || inner.find(c) != inner.npos; });
}

// "namespace/name" with characters that either may have, and wildcards where they are allowed.
bool IsAccount(absl::string_view text, absl::string_view wildcards) {
  const auto good = [wildcards](absl::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [wildcards](char c) {
      return absl::ascii_islower(static_cast<unsigned char>(c)) ||
             absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.' ||
             wildcards.find(c) != wildcards.npos;
    });
  };
  const size_t slash = text.find('/');
  return slash != text.npos && good(text.substr(0, slash)) && good(text.substr(slash + 1));
}

bool IsResourceName(absl::string_view name) {
  if (absl::StartsWith(name, "hugepages-")) return true;
  const size_t slash = name.find('/');
  if (slash != name.npos) return slash > 0 && slash + 1 < name.size();
  return name == kCpu || name == kMemory || name == kPods || name == kEphemeralStorage;
}

UseLimit ReadLimit(const YamlField& field) {
  UseLimit limit;
  YamlMap map(field);
  if (!map.valid()) return limit;
  const auto running = map.Optional("maxRunning");
  const auto max = map.Optional("max");
  if (running.has_value()) {
    if (const auto count = running->Integer(0, kMostGangs)) {
      limit.max_running = static_cast<int32_t>(*count);
    }
  }
  if (max.has_value()) limit.max = ReadQueueAmounts(*max);
  map.Finish();
  if (!running.has_value() && !max.has_value()) field.Error("expected maxRunning or max");
  return limit;
}

// `refusal(name)`: what is wrong with it, or "".
template <typename Refusal>
UseLimits ReadLimits(const YamlField& field, absl::string_view who, Refusal refusal) {
  UseLimits limits;
  if (!YamlMap(field).valid()) return limits;
  if (field.node().entries.empty()) {
    field.Error(absl::StrCat("expected default, or a ", who, " by name"));
  }
  for (const YamlEntry& entry : field.node().entries) {
    const std::string wrong = entry.key == kDefault ? "" : refusal(entry.key);
    if (!wrong.empty()) {
      field.errors()->Add(entry.mark, absl::StrCat(field.path(), ": ", wrong));
      continue;
    }
    UseLimit limit = ReadLimit(YamlField(
        entry.value, absl::StrCat(field.path(), ".", Clipped(entry.key)), field.errors()));
    if (entry.key == kDefault) {
      limits.otherwise = std::move(limit);
    } else {
      limits.named[entry.key] = std::move(limit);
    }
  }
  return limits;
}

}  // namespace

bool IsPlainName(absl::string_view name) { return IsName(name, "-_"); }

ResourceList ReadQueueAmounts(const YamlField& field) {
  for (const YamlEntry& entry : field.node().entries) {
    if (IsResourceName(entry.key)) continue;
    const std::string nearest = NearestWord(entry.key, {kCpu, kMemory, kPods, kEphemeralStorage});
    field.errors()->Add(
        entry.mark,
        absl::StrCat(field.path(), ": unknown resource ", Quoted(entry.key), "; ",
                     nearest.empty() ? std::string("expected cpu, memory, pods, "
                                                   "ephemeral-storage, hugepages-SIZE or an "
                                                   "extended resource such as nvidia.com/gpu")
                                     : absl::StrCat("did you mean ", Quoted(nearest), "?")));
  }
  return field.Amounts().value_or(ResourceList());
}

UseLimits ReadUserLimits(const YamlField& field, bool labeled) {
  return ReadLimits(field, "user", [labeled](const std::string& name) -> std::string {
    if (IsAccount(name, "")) return "";
    if (labeled && name.size() <= kLongestLabel && IsName(name, "-_.")) return "";
    return absl::StrCat("expected default or a user, the namespace/name of a service account",
                        labeled ? absl::StrCat(" or a value of label ", kUserLabel) : "", ", got ",
                        Quoted(name),
                        labeled ? "" : absl::StrCat("; other names need userLabel: ", kUserLabel));
  });
}

UseLimits ReadGroupLimits(const YamlField& field, const Groups& groups) {
  return ReadLimits(field, "group", [&groups](const std::string& name) -> std::string {
    if (groups.count(name) > 0) return "";
    std::vector<absl::string_view> names;
    for (const auto& [group, users] : groups) names.push_back(group);
    const std::string nearest = NearestWord(name, names);
    return absl::StrCat("no group is called ", Quoted(name), "; ",
                        nearest.empty() ? "expected default, or a key of groups at the top level"
                                        : absl::StrCat("did you mean ", Quoted(nearest), "?"));
  });
}

Groups ReadGroups(const YamlField& field) {
  Groups groups;
  if (!YamlMap(field).valid()) return groups;
  for (const YamlEntry& entry : field.node().entries) {
    if (!IsPlainName(entry.key) || entry.key == kDefault) {
      field.errors()->Add(entry.mark, absl::StrCat(field.path(),
                                                   ": expected a group's name, of "
                                                   "letters, digits, - and _ and not default, got ",
                                                   Quoted(entry.key)));
      continue;
    }
    const YamlField users(entry.value, absl::StrCat(field.path(), ".", Clipped(entry.key)),
                          field.errors());
    std::vector<std::string>& globs = groups[entry.key];
    for (const YamlField& item : users.Items()) {
      const std::optional<std::string> glob = item.Text("a user");
      if (!glob.has_value()) continue;
      const bool good = !glob->empty() && std::all_of(glob->begin(), glob->end(), [](char c) {
        return IsAlnum(c) || absl::string_view("-_./*?").find(c) != absl::string_view::npos;
      });
      if (good) {
        globs.push_back(*glob);
      } else {
        item.Expected("a user, or a pattern of users with * and ?");
      }
    }
    if (users.node().kind == YamlNode::Kind::kSequence && users.node().items.empty()) {
      users.Error("expected at least one user");
    }
  }
  return groups;
}

std::vector<std::string> ReadServiceAccounts(const YamlField& field) {
  std::vector<std::string> globs;
  if (field.node().kind == YamlNode::Kind::kSequence && field.node().items.empty()) {
    field.Error("expected at least one; without this key every service account may submit");
  }
  for (const YamlField& item : field.Items()) {
    const std::optional<std::string> glob = item.Text("a service account");
    if (!glob.has_value()) continue;
    if (IsAccount(*glob, "*?")) {
      globs.push_back(*glob);
    } else {
      item.Expected(
          "namespace/name of a service account, or a pattern with * and ? such as */spark");
    }
  }
  return globs;
}

}  // namespace muster::codec
