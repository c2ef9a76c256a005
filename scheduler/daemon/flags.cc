// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/flags.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/program.h"

namespace muster::daemon {
namespace {

constexpr size_t kHelpColumn = 32;

bool IsPort(absl::string_view text, int* port) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, port) && *port <= 65535;
}

bool IsHost(absl::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-';
  });
}

bool ReadAddress(absl::string_view text, HostPort* address) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || !IsPort(text.substr(colon + 1), &address->port)) {
    return false;
  }
  absl::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    address->host = std::string(host);
    return host.find_first_not_of("0123456789abcdefABCDEF:.") == absl::string_view::npos &&
           host.find(':') != absl::string_view::npos;
  }
  address->host = std::string(host);
  return IsHost(host);
}

// A DNS-1123 label or subdomain, as namespaces and object names are.
bool IsObjectName(absl::string_view text, size_t most, bool dots) {
  if (text.empty() || text.size() > most) return false;
  const auto allowed = [dots](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || (dots && c == '.');
  };
  return std::all_of(text.begin(), text.end(), allowed) &&
         absl::ascii_isalnum(static_cast<unsigned char>(text.front())) &&
         absl::ascii_isalnum(static_cast<unsigned char>(text.back()));
}

}  // namespace

struct FlagSet::Reading {
  std::vector<const Flag*> seen;
  std::vector<Fill> fills;
  Arguments positional;
  const Flag* pending = nullptr;  // was named, its value is the next argument
  bool only_positional = false;
};

std::string ToString(const HostPort& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return absl::StrCat(v6 ? "[" : "", address.host, v6 ? "]:" : ":", address.port);
}

std::string ToString(const ObjectName& object) { return absl::StrCat(object.ns, "/", object.name); }

FlagSet::FlagSet(absl::string_view command, absl::string_view positional, absl::string_view purpose)
    : command_(command),
      positional_(absl::StrSplit(positional, ' ', absl::SkipEmpty())),
      purpose_(purpose) {}

void FlagSet::Add(absl::string_view name, absl::string_view placeholder, absl::string_view help,
                  std::string initial, Read read) {
  flags_.push_back({std::string(name),
                    std::string(placeholder),
                    std::string(help),
                    std::move(initial),
                    std::move(read),
                    0,
                    {},
                    nullptr});
}

void FlagSet::Short(char letter, absl::string_view name) {
  for (Flag& flag : flags_) {
    if (flag.name == name) flag.letter = letter;
  }
}

void FlagSet::OfferFor(absl::string_view name, Offer offer) {
  for (Flag& flag : flags_) {
    if (flag.name == name) flag.offer = std::move(offer);
  }
}

void FlagSet::Switch(absl::string_view name, bool* value, absl::string_view help) {
  Add(name, "", help, *value ? "true" : "", [value](absl::string_view text, std::string* expected) {
    if (text != "true" && text != "false") *expected = "true or false";
    return [value, on = text == "true"] { *value = on; };
  });
}

void FlagSet::Text(absl::string_view name, std::string* value, absl::string_view placeholder,
                   absl::string_view help) {
  Add(name, placeholder, help, *value,
      [value, what = std::string(placeholder)](absl::string_view text, std::string* expected) {
        if (text.empty()) *expected = absl::StrCat("a ", what, ", not nothing");
        return [value, copy = std::string(text)] { *value = copy; };
      });
}

void FlagSet::Integer(absl::string_view name, int64_t* value, int64_t least, int64_t most,
                      absl::string_view help) {
  Add(name, "N", help, absl::StrCat(*value), [=](absl::string_view text, std::string* expected) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(text, &number) || number < least || number > most) {
      *expected = absl::StrCat("a whole number from ", least, " to ", most);
    }
    return [value, number] { *value = number; };
  });
}

void FlagSet::Duration(absl::string_view name, absl::Duration* value, absl::string_view help) {
  Add(name, "DURATION", help, absl::FormatDuration(*value),
      [value](absl::string_view text, std::string* expected) {
        absl::Duration read;
        if (!absl::ParseDuration(text, &read) || read <= absl::ZeroDuration() ||
            read == absl::InfiniteDuration()) {
          *expected = "a duration greater than zero, such as 15s, 1m30s or 250ms";
        }
        return [value, read] { *value = read; };
      });
}

void FlagSet::Address(absl::string_view name, HostPort* value, absl::string_view help) {
  Add(name, "HOST:PORT", help, value->host.empty() ? "" : ToString(*value),
      [value](absl::string_view text, std::string* expected) {
        HostPort read;
        if (!ReadAddress(text, &read)) {
          *expected = "HOST:PORT, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:0 for a free port";
        }
        return [value, read] { *value = read; };
      });
}

void FlagSet::Object(absl::string_view name, ObjectName* value, absl::string_view help) {
  Add(name, "NS/NAME", help, value->name.empty() ? "" : ToString(*value),
      [value](absl::string_view text, std::string* expected) {
        const std::pair<absl::string_view, absl::string_view> parts =
            absl::StrSplit(text, absl::MaxSplits('/', 1));
        if (!IsObjectName(parts.first, 63, false) || !IsObjectName(parts.second, 253, true)) {
          *expected = "NAMESPACE/NAME, such as muster-system/muster-config";
        }
        ObjectName read{std::string(parts.first), std::string(parts.second)};
        return [value, read] { *value = read; };
      });
}

void FlagSet::Choice(absl::string_view name, std::string* value, std::vector<std::string> choices,
                     absl::string_view help) {
  Add(name, absl::StrJoin(choices, "|"), help, *value,
      [value, choices](absl::string_view text, std::string* expected) {
        if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
          *expected = absl::StrCat("one of ", absl::StrJoin(choices, ", "));
        }
        return [value, copy = std::string(text)] { *value = copy; };
      });
  flags_.back().choices = std::move(choices);
}

const FlagSet::Flag* FlagSet::Find(absl::string_view name) const {
  const auto found = std::find_if(flags_.begin(), flags_.end(),
                                  [name](const Flag& flag) { return flag.name == name; });
  return found == flags_.end() ? nullptr : &*found;
}

FlagSet::Naming FlagSet::Named(const std::string& argument) const {
  Naming named;
  const size_t equals = argument.find('=');
  if (argument.compare(0, 2, "--") == 0) {
    named.shown = argument.substr(0, equals);
    named.flag = Find(absl::string_view(named.shown).substr(2));
    if (equals != std::string::npos) named.value = argument.substr(equals + 1);
    return named;
  }
  named.shown = argument;
  if (argument.size() < 2) return named;
  for (const Flag& flag : flags_) {
    if (flag.letter != argument[1]) continue;
    named.flag = &flag;
    named.shown = argument.substr(0, 2);
    if (argument.size() > 2) named.value = argument.substr(equals == 2 ? 3 : 2);
  }
  return named;
}

absl::Status FlagSet::Unknown(absl::string_view name) const {
  std::vector<absl::string_view> names;
  for (const Flag& flag : flags_) names.push_back(flag.name);
  const std::string near = codec::NearestWord(name, names);
  return absl::InvalidArgumentError(absl::StrCat(
      "no flag ", codec::Quoted(absl::StrCat("--", name)),
      near.empty() ? absl::StrCat("; '", Program(), " ", command_, " --help' lists them")
                   : absl::StrCat(", did you mean --", near, "?")));
}

absl::Status FlagSet::Take(Reading* reading, const std::string& argument) const {
  const Flag* flag = std::exchange(reading->pending, nullptr);
  std::string given;
  absl::string_view value = argument;
  if (flag == nullptr) {
    if (reading->only_positional || argument == "-" || argument.empty() || argument[0] != '-') {
      reading->positional.push_back(argument);
      return absl::OkStatus();
    }
    if (argument == "--") {
      reading->only_positional = true;
      return absl::OkStatus();
    }
    Naming named = Named(argument);
    if (named.flag == nullptr) {
      if (argument[1] == '-') return Unknown(absl::string_view(named.shown).substr(2));
      return absl::InvalidArgumentError(
          absl::StrCat("flags begin with two dashes, not as in ", codec::Quoted(argument)));
    }
    flag = named.flag;
    if (std::count(reading->seen.begin(), reading->seen.end(), flag) > 0) {
      return absl::InvalidArgumentError(absl::StrCat("--", flag->name, " is given twice"));
    }
    reading->seen.push_back(flag);
    if (!named.value && !flag->placeholder.empty()) {
      reading->pending = flag;
      return absl::OkStatus();
    }
    given = named.value.value_or("true");
    value = given;
  }
  std::string expected;
  Fill fill = flag->read(value, &expected);
  if (!expected.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag->name, ": ", codec::Quoted(value), ": expected ", expected));
  }
  reading->fills.push_back(std::move(fill));
  return absl::OkStatus();
}

absl::Status FlagSet::Parse(const Arguments& arguments, Arguments* positional) const {
  Reading reading;
  for (const std::string& argument : arguments) {
    absl::Status taken = Take(&reading, argument);
    if (!taken.ok()) return taken;
  }
  if (reading.pending != nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("--", reading.pending->name, ": expected ",
                                                   reading.pending->placeholder, " after it"));
  }
  if (reading.positional.size() > positional_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "one argument too many: ", codec::Quoted(reading.positional[positional_.size()])));
  }
  if (reading.positional.size() < positional_.size() &&
      positional_[reading.positional.size()][0] != '[') {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", positional_[reading.positional.size()], "; usage: ", Program(),
                     " ", command_, " ", absl::StrJoin(positional_, " ")));
  }
  for (const Fill& fill : reading.fills) fill();
  *positional = std::move(reading.positional);
  return absl::OkStatus();
}

// What is wrong is left out: whoever completes a line is not done with it.
void FlagSet::FillFrom(const Arguments& words) const {
  Reading reading;
  for (const std::string& word : words) (void)Take(&reading, word);
  for (const Fill& fill : reading.fills) fill();
}

bool FlagSet::AsksForHelp(const Arguments& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end,
                     [](const std::string& a) { return a == "--help" || a == "-h"; });
}

std::string FlagSet::Help() const {
  std::string text = absl::StrCat(Program(), " ", command_, positional_.empty() ? "" : " ",
                                  absl::StrJoin(positional_, " "),
                                  flags_.empty() ? "" : " [FLAG...]", "\n", purpose_, "\n");
  for (const Flag& flag : flags_) {
    std::string line = absl::StrCat("  --", flag.name);
    if (flag.letter != 0) absl::StrAppend(&line, ", -", std::string(1, flag.letter));
    if (!flag.placeholder.empty()) absl::StrAppend(&line, " ", flag.placeholder);
    line.append(line.size() < kHelpColumn ? kHelpColumn - line.size() : 2, ' ');
    absl::StrAppend(&text, line, flag.help);
    if (!flag.initial.empty()) absl::StrAppend(&text, " (", flag.initial, ")");
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace muster::daemon
