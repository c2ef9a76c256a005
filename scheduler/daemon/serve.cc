// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve.h"

#include <unistd.h>

#include <atomic>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/codec/dump.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/cost/rows.h"
#include "scheduler/daemon/feed_tap.h"
#include "scheduler/daemon/grpc/grpc_front.h"
#include "scheduler/daemon/metrics/phase_timer.h"
#include "scheduler/daemon/page/page_server.h"
#include "scheduler/daemon/renderings.h"
#include "scheduler/daemon/serve_flags.h"
#include "scheduler/daemon/steady_time.h"
#include "scheduler/daemon/stop_signal.h"
#include "scheduler/daemon/trace/recording.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/daemon/version.h"
#include "scheduler/daemon/view/desk.h"
#include "scheduler/daemon/world_reports.h"
#include "scheduler/kube/identity.h"
#include "scheduler/kube/kubeconfig.h"

namespace muster::daemon {
namespace {

// How long the loop waits at most, so that the config file is looked at and the heart beats.
constexpr absl::Duration kTurn = absl::Seconds(1);

// Questions that came while the loop did its step.
void AnswerAll(loop::Loop& loop, const Renderings& renderings, const Health& health, absl::Time now,
               Desk* desk) {
  if (loop.cycles() == 0) {
    const std::string why = health.Ready().body;
    return desk->Refuse(
        absl::StrCat("nothing was decided yet: ", absl::StripTrailingAsciiWhitespace(why)));
  }
  desk->Answer({loop.scratch(), loop.profile(), loop.last_plan(), renderings.chronicle(), now});
}

loop::Decide TimedCycle(PhaseTimer* phases) {
  return [phases](State& state, const Profile& profile, absl::Time now) {
    phases->Begin(Phase::kDecide);
    Plan plan = Cycle(state, profile, now);
    phases->Begin(Phase::kAct);
    return plan;
  };
}

Pages MakePages(const Health& health, const Metrics& metrics, loop::Clock* clock) {
  const auto alive = [&health, clock](const HttpRequest&) { return health.Alive(clock->Now()); };
  Pages pages;
  pages["/healthz"] = alive;
  pages["/livez"] = alive;
  pages["/readyz"] = [&health](const HttpRequest&) { return health.Ready(); };
  pages["/metrics"] = [&metrics, clock](const HttpRequest&) {
    return Page{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Render(clock->Now())};
  };
  return pages;
}

kube::WorldSettings SettingsFrom(const ServeFlags& flags, kube::Credentials credentials,
                                 const kube::Identity& identity) {
  kube::WorldSettings settings;
  settings.credentials = std::move(credentials);
  settings.lease.ns = flags.lease.ns;
  settings.lease.name = flags.lease.name;
  settings.lease.identity = identity.name();
  settings.lease.duration = flags.lease_duration;
  settings.lease.renew_deadline = flags.renew_deadline;
  settings.lease.retry = flags.retry_period;
  settings.elect = flags.leader_elect;
  settings.scheduler_name = flags.scheduler_name;
  settings.config_ns = flags.configmap.ns;
  settings.config_name = flags.configmap.name;
  // Beside the lease, whose holder alone writes it.
  settings.memory_ns = flags.lease.ns;
  settings.memory_name = absl::StrCat(flags.lease.name, "-state");
  return settings;
}

// Null where there is no gRPC.
absl::StatusOr<std::unique_ptr<GrpcFront>> OpenGrpc(const ServeFlags& flags,
                                                    const kube::Credentials& credentials,
                                                    const kube::BootClock& boot, Desk* desk,
                                                    Log* log) {
  if (flags.grpc_listen.host.empty()) return nullptr;
  const GrpcSettings settings{flags.grpc_listen, flags.grpc_cert, flags.grpc_key};
  auto front = GrpcFront::Open(settings, credentials, boot, desk, log);
  if (!front.ok()) return front.status();
  log->Info("gRPC serves",
            {{"listen", ToString(HostPort{flags.grpc_listen.host, (*front)->port()})},
             {"asks_for", flags.grpc_insecure ? "nothing" : "a token"}});
  return front;
}

// Nobody's pods wait because a page cannot be served: that is only told.
std::unique_ptr<PageServer> ServePage(const ServeFlags& flags, Questions* questions, Log* log) {
  auto page = PageServer::Listen(flags.page_listen, flags.page_host_names(), questions);
  if (page.ok()) {
    const HostPort address{flags.page_listen.host, (*page)->port()};
    log->Info("the page is served", {{"listen", ToString(address)}});
    return *std::move(page);
  }
  log->Warning("no page is served", {{"error", std::string(page.status().message())}});
  return nullptr;
}

// Null where nothing is to be recorded.
absl::StatusOr<std::unique_ptr<Recording>> StartRecording(const ServeFlags& flags, Log* log) {
  if (flags.record.empty()) return nullptr;
  auto recording =
      Recording::Start({flags.record, flags.record_files, flags.record_megabytes << 20}, log);
  if (!recording.ok()) {
    return absl::Status(recording.status().code(),
                        absl::StrCat("cannot record: ", recording.status().message()));
  }
  return recording;
}

// What the desk cannot tell of the state and the last plan alone.
DeskOthers OthersFor(loop::Loop* loop, Renderings* renderings, loop::Clock* clock) {
  DeskOthers others;
  others.dump = [](const Scene& scene) { return codec::DumpText(scene.state, scene.now); };
  others.cost = [loop, renderings, clock](const v1::GetCostRequest& request, const Sight& sight) {
    const State& state = loop->state();
    return CostRows(request, sight, state.resources(), state.config().prices.currency, clock->Now(),
                    &renderings->ledger());
  };
  return others;
}

void TellStart(const ServeFlags& flags, int port, const kube::Credentials& credentials,
               const kube::Identity& identity, Log* log) {
  log->Info("muster serves",
            {{"version", kVersion},
             {"listen", ToString(HostPort{flags.listen.host, port})},
             {"api_server", credentials.server},
             {"config", flags.config.empty() ? ToString(flags.configmap) : flags.config},
             {"lease", flags.leader_elect ? ToString(flags.lease) : "none"},
             {"identity", identity.name()}});
}

int Fail(const absl::Status& status, Log* log) {
  log->Error(status.message());
  return 1;
}

// Runs until the feed is closed; the exit code.
int RunLoop(const ServeFlags& flags, const kube::Credentials& credentials, Log* log) {
  StopSignal::Block();
  const kube::SystemBootClock boot;
  SteadyTime clock(boot, absl::Now());
  Metrics metrics(clock.Now());
  Health health;
  const auto server = HttpServer::Listen(flags.listen, MakePages(health, metrics, &clock));
  if (!server.ok()) return Fail(server.status(), log);
  const kube::Identity identity(ToString(flags.lease), credentials.server);
  TellStart(flags, (*server)->port(), credentials, identity, log);
  WorldReports reports(&health, &metrics, log, &clock);
  kube::World world(SettingsFrom(flags, credentials, identity), boot, reports);
  health.AskSync([&world] { return world.NotSynced(); });
  const StopSignal stop([&](const std::string& name) {
    log->Info("stops", {{"signal", name}});
    world.Stop();
  });
  ConfigFile file(flags.config);
  PhaseTimer phases(boot, &metrics);
  FeedTap feed(&world, &clock, flags.config.empty() ? nullptr : &file, &metrics, &phases, log);
  const auto recording = StartRecording(flags, log);
  if (!recording.ok()) return Fail(recording.status(), log);
  DecisionRing ring;
  Renderings renderings(boot, &metrics, &phases, log, &ring,
                        *recording == nullptr ? nullptr : &(*recording)->recorder);
  loop::Loop loop({&feed, &world, &clock}, flags.scheduler_name, TimedCycle(&phases), &renderings);
  Desk desk(
      &ring, [&world] { world.Wake(); }, OthersFor(&loop, &renderings, &clock));
  const auto page = ServePage(flags, &desk, log);
  const auto front = OpenGrpc(flags, credentials, boot, &desk, log);
  if (!front.ok()) return Fail(front.status(), log);
  world.Start();
  while (loop.Step(clock.Now() + kTurn)) {
    health.Beat(clock.Now());
    renderings.Flush(loop, clock.Now());
    AnswerAll(loop, renderings, health, clock.Now(), &desk);
    if (*front != nullptr) (*front)->SetServing(loop.cycles() > 0);
  }
  desk.Close();
  if (*recording != nullptr) (*recording)->recorder.Finish();
  return reports.ended().empty() ? 0 : 1;
}

absl::Status CheckConfigFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return codec::ParseQueueConfig(path, *text).status();
}

}  // namespace

int Serve(const Arguments& arguments) {
  ServeFlags flags;
  Arguments none;
  const FlagSet declared = DeclareServeFlags(&flags);
  if (const absl::optional<int> exit_code = ReadArguments(declared, arguments, &none)) {
    return *exit_code;
  }
  absl::Status ready = FinishServeFlags(&flags);
  if (ready.ok() && !flags.config.empty()) ready = CheckConfigFile(flags.config);
  if (!ready.ok()) return UsageError(ready.message());
  absl::StatusOr<kube::Credentials> credentials = flags.kubeconfig.empty()
                                                      ? kube::InClusterCredentials()
                                                      : kube::ReadKubeconfig(flags.kubeconfig);
  if (!credentials.ok()) return UsageError(credentials.status().message());
  Log log(STDERR_FILENO, flags.level());
  return RunLoop(flags, *credentials, &log);
}

}  // namespace muster::daemon
