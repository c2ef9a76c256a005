// SPDX-License-Identifier: Apache-2.0
// The flags of one sub-command: declared with the variable that they fill, parsed all or nothing.
//
//   FlagSet flags("check", "FILE", "validates a queue config");
//   flags.Text("output", &output, "FORMAT", "how to print");
//   absl::Status status = flags.Parse(arguments, &positional);
//
// Accepted: --name=value, --name value, and --name alone for a switch (also --name=false); for a
// flag with a short name also -n value, -nvalue and -n=value. "--" ends the flags. Refused: unknown
// names (with the one probably meant), a flag given twice, a value that its type does not allow.
// Errors are InvalidArgument with one line that names flag, value and what was expected; the
// variables are then as they were, and the process exits with kUsageError.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace muster::daemon {

inline constexpr int kUsageError = 2;

using Arguments = std::vector<std::string>;

// Where to listen: a host that is an IPv4 address, an IPv6 address in brackets, or a name; port 0
// takes a free one.
struct HostPort {
  std::string host;
  int port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};
// "127.0.0.1:8080", "[::1]:8080".
std::string ToString(const HostPort& address);

// NAMESPACE/NAME of a Kubernetes object.
struct ObjectName {
  std::string ns;
  std::string name;
  friend bool operator==(const ObjectName&, const ObjectName&) = default;
};
std::string ToString(const ObjectName& object);

class FlagSet {
 public:
  // `positional` as in the usage line ("FILE", "" for none); each word of it is one argument, which
  // may be left out where it stands in brackets.
  FlagSet(absl::string_view command, absl::string_view positional, absl::string_view purpose);

  void Switch(absl::string_view name, bool* value, absl::string_view help);
  void Text(absl::string_view name, std::string* value, absl::string_view placeholder,
            absl::string_view help);
  void Integer(absl::string_view name, int64_t* value, int64_t least, int64_t most,
               absl::string_view help);
  // "90s", "1m30s", "250ms"; greater than zero, finite.
  void Duration(absl::string_view name, absl::Duration* value, absl::string_view help);
  void Address(absl::string_view name, HostPort* value, absl::string_view help);
  void Object(absl::string_view name, ObjectName* value, absl::string_view help);
  void Choice(absl::string_view name, std::string* value, std::vector<std::string> choices,
              absl::string_view help);

  // One letter that also names a flag declared before: Short('o', "output").
  void Short(char letter, absl::string_view name);

  // Words that begin like that and may stand for a flag's value, or for an argument, as far as they
  // are known when a shell asks; the variables of the flags typed before are filled then.
  using Offer = std::function<std::vector<std::string>(const std::string& begun)>;
  void OfferFor(absl::string_view name, Offer offer);
  void OfferForArguments(Offer offer) { offer_ = std::move(offer); }

  // `positional` gets as many as the usage names, but for those in brackets.
  absl::Status Parse(const Arguments& arguments, Arguments* positional) const;
  // Whether --help or -h is among the arguments, before any "--".
  static bool AsksForHelp(const Arguments& arguments);
  // Purpose, usage line, and one line per flag with its default.
  std::string Help() const;

  // What may stand for the last of `words`, of which the others are complete: "TEXT\tHELP" each;
  // flags that are not there yet, the choices of a flag's value, or what is offered. Nothing where
  // any text may.
  std::vector<std::string> Completions(const Arguments& words) const;

 private:
  // Reads the text of a value; what comes back fills the variable. "" in `expected`: it is fine.
  using Fill = std::function<void()>;
  using Read = std::function<Fill(absl::string_view text, std::string* expected)>;
  struct Flag {
    std::string name;
    std::string placeholder;  // empty: a switch
    std::string help;
    std::string initial;
    Read read;
    char letter = 0;                   // 0: has no short name
    std::vector<std::string> choices;  // of its value, where they are few
    Offer offer;
  };
  struct Reading;
  // What an argument that begins with a dash names.
  struct Naming {
    const Flag* flag = nullptr;
    std::string shown;  // "--output", "-o"
    absl::optional<std::string> value;
  };

  void Add(absl::string_view name, absl::string_view placeholder, absl::string_view help,
           std::string initial, Read read);
  const Flag* Find(absl::string_view name) const;
  Naming Named(const std::string& argument) const;
  absl::Status Unknown(absl::string_view name) const;
  absl::Status Take(Reading* reading, const std::string& argument) const;
  void AddValues(const Flag& flag, absl::string_view lead, const std::string& begun,
                 const Arguments& before, std::vector<std::string>* out) const;
  void FillFrom(const Arguments& words) const;

  std::string command_;
  std::vector<std::string> positional_;
  std::string purpose_;
  std::vector<Flag> flags_;
  Offer offer_;
};

}  // namespace muster::daemon
