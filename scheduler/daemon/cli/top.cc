// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/cli/known_names.h"
#include "scheduler/daemon/cli/questions.h"
#include "scheduler/daemon/cli/raw_terminal.h"
#include "scheduler/daemon/cli/top_screen.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

// Leaves what was known before where the daemon does not answer.
void Ask(Client* client, const std::string& under, int gangs, TopScreen* screen) {
  v1::ListQueuesRequest queues_request;
  queues_request.set_under(under);
  v1::ListQueuesResponse queues;
  screen->status = client->Ask(&Client::Stub::ListQueues, queues_request, &queues);
  if (!screen->status.ok()) return;
  v1::ListGangsRequest request;
  request.set_queue(under);
  for (const char* state : {"waiting", "starting", "degraded", "evicted"}) {
    request.add_states(state);
  }
  absl::StatusOr<v1::ListGangsResponse> waiting = AllGangs(client, request, gangs);
  screen->status = waiting.status();
  if (!waiting.ok()) return;
  screen->queues = std::move(queues);
  screen->gangs = *std::move(waiting);
}

// Asks on a thread of its own, so that a key is heard while the daemon is slow.
class Asker {
 public:
  Asker(Client* client, std::string under)
      : client_(client), under_(std::move(under)), ready_(eventfd(0, EFD_CLOEXEC)) {}
  ~Asker() {
    client_->Cancel();
    if (thread_.joinable()) thread_.join();
    close(ready_);
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  // Written to when an answer is there; then Take it.
  int ready() const { return ready_; }
  void Start(int gangs) {
    thread_ = std::thread([this, gangs] {
      Ask(client_, under_, gangs, &screen_);
      const uint64_t one = 1;
      if (write(ready_, &one, sizeof one) != sizeof one) return;  // only if it is full: it is not
    });
  }
  const TopScreen& Take() {
    thread_.join();
    return screen_;
  }

 private:
  Client* client_;
  const std::string under_;
  int ready_;
  TopScreen screen_;
  std::thread thread_;
};

void Watch(Client* client, const std::string& under, absl::Duration interval,
           const LookFlags& look) {
  RawTerminal terminal;
  Asker asker(client, under);
  TopScreen screen;
  screen.status = absl::UnavailableError("asking ...");
  absl::Time next = absl::Now();
  bool asking = false;
  while (true) {
    const Size size = SizeOf(STDOUT_FILENO);
    if (!asking && absl::Now() >= next) {
      next = absl::Now() + interval;
      asker.Start(static_cast<int>(std::clamp<size_t>(size.rows, 1, 1000)));
      asking = true;
    }
    const size_t rows = std::max<size_t>(size.rows, 1);
    std::vector<std::string> lines = TopLines(screen, look.Resolve(), rows, true);
    lines.resize(rows);
    terminal.Draw(lines);
    const auto woken = terminal.Wait(asking ? absl::InfiniteFuture() : next, asker.ready());
    if (woken == RawTerminal::Wake::kQuit) return;
    if (woken == RawTerminal::Wake::kReady) {
      screen = asker.Take();
      asking = false;
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
    Watch(client->get(), under, std::max(interval, absl::Milliseconds(100)), look);
    return kOk;
  }
  constexpr int kGangs = 100;
  TopScreen screen;
  Ask(client->get(), under, kGangs, &screen);
  if (!screen.status.ok()) return Fail(WithNearQueue(client->get(), under, screen.status));
  return Answer(
      absl::StrCat(absl::StrJoin(TopLines(screen, look.Resolve(), 0, false), "\n"), "\n"));
}

}  // namespace muster::daemon::cli
