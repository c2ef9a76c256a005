// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/questions.h"
#include "scheduler/daemon/cli/raw_terminal.h"
#include "scheduler/daemon/cli/top_asker.h"
#include "scheduler/daemon/cli/top_screen.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

void Watch(TopAsker* asker, absl::Duration interval, const LookFlags& look) {
  RawTerminal terminal;
  TopScreen screen;
  screen.status = absl::UnavailableError("asking ...");
  absl::Time next = absl::Now();
  bool asking = false;
  while (true) {
    const Size size = SizeOf(STDOUT_FILENO);
    if (!asking && absl::Now() >= next) {
      next = absl::Now() + interval;
      asker->Start(static_cast<int>(std::clamp<size_t>(size.rows, 1, 1000)));
      asking = true;
    }
    const size_t rows = std::max<size_t>(size.rows, 1);
    std::vector<std::string> lines = TopLines(screen, look.Resolve(), rows, true);
    lines.resize(rows);
    terminal.Draw(lines);
    const auto woken = terminal.Wait(asking ? absl::InfiniteFuture() : next, asker->ready());
    if (woken == RawTerminal::Wake::kQuit) return;
    if (woken == RawTerminal::Wake::kReady) {
      bool done = false;
      screen = asker->Take(&done);
      asking = !done;
    }
  }
}

}  // namespace

int Top(const Arguments& arguments) {
  FlagSet flags("top", "",
                "Shows queues and waiting gangs, live; q or Ctrl-C ends. Not on a terminal: once.");
  ClientFlags client_flags;
  LookFlags look;
  std::string under;
  absl::Duration interval = absl::Seconds(2);
  flags.Text("under", &under, "PATH", "only that queue and those below it");
  flags.Duration("interval", &interval, "between two looks");
  flags.Choice("color", &look.color, {"auto", "always", "never"},
               "auto: on a terminal, unless NO_COLOR is set");
  client_flags.Declare(&flags);
  flags.OfferFor("under", QueuePaths(client_flags));
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  const bool live = RawTerminal::There();
  if (live) RawTerminal::BlockSignals();  // before gRPC starts its threads
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  if (live) {
    TopAsker asker(client_flags, *std::move(client), under);
    Watch(&asker, std::max(interval, absl::Milliseconds(100)), look);
    return kOk;
  }
  constexpr int kGangs = 100;
  TopScreen screen;
  LookAt(client->get(), under, kGangs, &screen);
  if (!screen.status.ok()) return Fail(WithNearQueue(client->get(), under, screen.status));
  return Answer(
      absl::StrCat(absl::StrJoin(TopLines(screen, look.Resolve(), 0, false), "\n"), "\n"));
}

}  // namespace muster::daemon::cli
