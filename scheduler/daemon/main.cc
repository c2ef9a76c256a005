// SPDX-License-Identifier: Apache-2.0
// One binary: the daemon, the simulator and the tools, by sub-command.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/check_config.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/completion.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/program.h"
#include "scheduler/daemon/serve.h"
#include "scheduler/daemon/simulate.h"
#include "scheduler/daemon/trace/replay_command.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/daemon/version.h"
#include "scheduler/kube/orderly_end.h"

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
      {"queues", "what each queue uses, holds, is guaranteed and waits for", cli::ListQueues},
      {"gangs", "lists gangs, in their order", cli::ListGangs},
      {"explain", "why a gang waits and what would unblock it", cli::Explain},
      {"top", "queues and waiting gangs, live", cli::Top},
      {"decisions", "what was decided, and as it is decided", cli::Decisions},
      {"cost", "resource-hours and money by queue, namespace, user or app", cli::Cost},
      {"dump", "writes the daemon's state, which simulate reads", cli::Dump},
      {"simulate", "runs a scenario file in virtual time and reports", Simulate},
      {"replay", "decides a recorded trace again", ReplayTrace},
      {"check", "validates a queue config", CheckConfig},
      {"completion", "prints what a shell needs to complete commands and flags", cli::Completion},
      {"version", "prints the version", Version},
      {"help", "lists the commands", Help},
  };
  return *commands;
}

int Help(const Arguments&) {
  std::string text = absl::StrCat(
      "Muster is a batch gang scheduler for Kubernetes.\n\nusage: ", Program(), " COMMAND ...\n");
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "  ", command.name, std::string(12 - command.name.size(), ' '),
                    command.purpose, "\n");
  }
  absl::StrAppend(&text, "\n'", Program(), " COMMAND --help' lists a command's flags.\n",
                  cli::kExitCodesHelp);
  std::fputs(text.c_str(), stdout);
  return 0;
}

// What may come next: a command, or what the command says of its flags.
int Complete(Arguments words) {
  words = cli::WordsOfShell(std::move(words));
  if (words.size() < 2) {
    const std::string begun = words.empty() ? "" : words[0];
    for (const Command& command : Commands()) {
      if (!absl::StartsWith(command.name, begun)) continue;
      std::printf("%s\t%s\n", std::string(command.name).c_str(),
                  std::string(command.purpose).c_str());
    }
    return 0;
  }
  for (const Command& command : Commands()) {
    if (command.name != words[0] || command.name == "help") continue;
    words[0] = kComplete;
    return command.run(words);
  }
  return 0;
}

// kubectl runs it so for `kubectl muster <TAB>`; the last line lets the shell complete file names
// where there is nothing else (cobra's ShellCompDirectiveDefault).
int CompleteForKubectl(const Arguments& arguments) {
  const int code = Complete(arguments);
  std::puts(":0");
  return code;
}

int Run(const Arguments& arguments) {
  if (arguments.empty()) {
    return UsageError(absl::StrCat("expected a command; '", Program(), " help' lists them"));
  }
  const bool asks = arguments[0] == "--help" || arguments[0] == "-h";
  const std::string name = asks ? "help" : arguments[0] == "--version" ? "version" : arguments[0];
  if (name == kComplete) return Complete({arguments.begin() + 1, arguments.end()});
  std::vector<absl::string_view> names;
  for (const Command& command : Commands()) {
    if (command.name == name) return command.run({arguments.begin() + 1, arguments.end()});
    names.push_back(command.name);
  }
  const std::string near = codec::NearestWord(name, names);
  const std::string hint = near.empty() ? absl::StrCat("; '", Program(), " help' lists them")
                                        : absl::StrCat(", did you mean ", near, "?");
  return UsageError(absl::StrCat("no command ", codec::Quoted(name), hint));
}

}  // namespace
}  // namespace muster::daemon

int main(int count, char** values) {
  muster::kube::LeaveOpensslToTheKernel();
  muster::daemon::NameProgram(count > 0 ? values[0] : "");
  const muster::daemon::Arguments arguments(values + (count > 0 ? 1 : 0), values + count);
  if (muster::daemon::NamedForCompletion()) return muster::daemon::CompleteForKubectl(arguments);
  return muster::daemon::Run(arguments);
}
