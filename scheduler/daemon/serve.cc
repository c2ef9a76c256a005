// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve.h"

#include <unistd.h>

#include <atomic>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/decision_log.h"
#include "scheduler/daemon/feed_tap.h"
#include "scheduler/daemon/grpc/grpc_front.h"
#include "scheduler/daemon/metrics/cycle_metrics.h"
#include "scheduler/daemon/page/page_server.h"
#include "scheduler/daemon/serve_flags.h"
#include "scheduler/daemon/steady_time.h"
#include "scheduler/daemon/stop_signal.h"
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

class Renderings : public loop::Observer {
 public:
  Renderings(Metrics* metrics, Log* log, DecisionRing* ring)
      : metrics_(metrics), log_(log), chronicle_(ring) {}
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override {
    metrics_.OnCycle(state, plan, now);
    log_.OnCycle(state, plan, now);
    chronicle_.OnCycle(state, plan, now);
  }
  void Flush(const loop::Loop& loop, absl::Time now) {
    metrics_.Flush(loop.state(), now);
    log_.Flush(loop.state(), now);
    chronicle_.Flush(loop.state(), loop.last_plan(), now);
  }
  const Chronicle& chronicle() const { return chronicle_; }

 private:
  CycleMetrics metrics_;
  DecisionLog log_;
  Chronicle chronicle_;
};

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

loop::Decide TimedCycle(const kube::BootClock& clock, Metrics* metrics) {
  return [&clock, metrics](State& state, const Profile& profile, absl::Time now) {
    const absl::Duration start = clock.Now();
    Plan plan = Cycle(state, profile, now);
    metrics->CycleTook(clock.Now() - start);
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

// Runs until the feed is closed; the exit code.
int RunLoop(const ServeFlags& flags, const kube::Credentials& credentials, Log* log) {
  StopSignal::Block();
  const kube::SystemBootClock boot;
  SteadyTime clock(boot, absl::Now());
  Metrics metrics(clock.Now());
  Health health;
  const auto server = HttpServer::Listen(flags.listen, MakePages(health, metrics, &clock));
  if (!server.ok()) {
    log->Error(server.status().message());
    return 1;
  }
  const kube::Identity identity(ToString(flags.lease), credentials.server);
  log->Info("muster serves",
            {{"version", kVersion},
             {"listen", ToString(HostPort{flags.listen.host, (*server)->port()})},
             {"api_server", credentials.server},
             {"config", flags.config.empty() ? ToString(flags.configmap) : flags.config},
             {"lease", flags.leader_elect ? ToString(flags.lease) : "none"},
             {"identity", identity.name()}});
  WorldReports reports(&health, &metrics, log);
  kube::World world(SettingsFrom(flags, credentials, identity), boot, reports);
  health.AskSync([&world] { return world.NotSynced(); });
  const StopSignal stop([&](const std::string& name) {
    log->Info("stops", {{"signal", name}});
    world.Stop();
  });
  ConfigFile file(flags.config);
  FeedTap feed(&world, &clock, flags.config.empty() ? nullptr : &file, &metrics, log);
  DecisionRing ring;
  Desk desk(&ring, [&world] { world.Wake(); });
  const auto page = ServePage(flags, &desk, log);
  Renderings renderings(&metrics, log, &ring);
  loop::Loop loop({&feed, &world, &clock}, flags.scheduler_name, TimedCycle(boot, &metrics),
                  &renderings);
  const auto front = OpenGrpc(flags, credentials, boot, &desk, log);
  if (!front.ok()) {
    log->Error(front.status().message());
    return 1;
  }
  world.Start();
  while (loop.Step(clock.Now() + kTurn)) {
    health.Beat(clock.Now());
    renderings.Flush(loop, clock.Now());
    AnswerAll(loop, renderings, health, clock.Now(), &desk);
    if (*front != nullptr) (*front)->SetServing(loop.cycles() > 0);
  }
  desk.Close();
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
