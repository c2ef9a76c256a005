// SPDX-License-Identifier: Apache-2.0
// One binary: the daemon, the simulator and the tools, by sub-command.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/check_config.h"
#include "scheduler/daemon/serve.h"
#include "scheduler/daemon/simulate.h"
#include "scheduler/daemon/trace/replay_command.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/daemon/version.h"

namespace muster::daemon {
namespace {

int Version(const Arguments& arguments) {
  Arguments none;
  const FlagSet flags("version", "", "Prints the version.");
  if (const absl::optional<int> exit_code = ReadArguments(flags, arguments, &none)) {
    return *exit_code;
  }
  std::printf("muster %s\n", kVersion);
  return 0;
}

int Help(const Arguments& arguments);

struct Command {
  absl::string_view name;
  absl::string_view purpose;
  int (*run)(const Arguments& arguments);
};

const std::vector<Command>& Commands() {
  static const auto* const commands = new std::vector<Command>{
      {"serve", "schedules pods of a Kubernetes cluster", Serve},
      {"simulate", "runs a scenario file in virtual time and reports", Simulate},
      {"replay", "decides a recorded trace again", ReplayTrace},
      {"check", "validates a queue config", CheckConfig},
      {"version", "prints the version", Version},
      {"help", "lists the commands", Help},
  };
  return *commands;
}

int Help(const Arguments&) {
  std::string text =
      "Muster is a batch gang scheduler for Kubernetes.\n\nusage: muster COMMAND ...\n";
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "  ", command.name, std::string(12 - command.name.size(), ' '),
                    command.purpose, "\n");
  }
  std::fputs(absl::StrCat(text, "\n'muster COMMAND --help' lists a command's flags.\n").c_str(),
             stdout);
  return 0;
}

int Run(const Arguments& arguments) {
  if (arguments.empty()) return UsageError("expected a command; 'muster help' lists them");
  const bool asks = arguments[0] == "--help" || arguments[0] == "-h";
  const std::string name = asks ? "help" : arguments[0] == "--version" ? "version" : arguments[0];
  std::vector<absl::string_view> names;
  for (const Command& command : Commands()) {
    if (command.name == name) return command.run({arguments.begin() + 1, arguments.end()});
    names.push_back(command.name);
  }
  const std::string near = codec::NearestWord(name, names);
  return UsageError(absl::StrCat("no command ", codec::Quoted(name),
                                 near.empty() ? "; 'muster help' lists them" : ", did you mean ",
                                 near, near.empty() ? "" : "?"));
}

}  // namespace
}  // namespace muster::daemon

int main(int count, char** values) { return muster::daemon::Run({values + 1, values + count}); }
