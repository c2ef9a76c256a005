// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve.h"

#include <unistd.h>

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/cycle/cycle.h"
#include "scheduler/daemon/decision_log.h"
#include "scheduler/daemon/feed_tap.h"
#include "scheduler/daemon/metrics/cycle_metrics.h"
#include "scheduler/daemon/serve_flags.h"
#include "scheduler/daemon/steady_time.h"
#include "scheduler/daemon/stop_signal.h"
#include "scheduler/daemon/trace/recording.h"
#include "scheduler/daemon/usage.h"
#include "scheduler/daemon/version.h"
#include "scheduler/daemon/world_reports.h"
#include "scheduler/kube/identity.h"
#include "scheduler/kube/kubeconfig.h"

namespace muster::daemon {
namespace {

// How long the loop waits at most, so that the config file is looked at and the heart beats.
constexpr absl::Duration kTurn = absl::Seconds(1);

class Renderings : public loop::Observer {
 public:
  // `recorder` may be null.
  Renderings(Metrics* metrics, Log* log, loop::Observer* recorder)
      : recorder_(recorder), metrics_(metrics), log_(log) {}
  void OnStart(const State& state) override {
    if (recorder_ != nullptr) recorder_->OnStart(state);
  }
  void OnEvent(const Event& event, absl::Time now) override {
    if (recorder_ != nullptr) recorder_->OnEvent(event, now);
  }
  void OnExpire(absl::Time now) override {
    if (recorder_ != nullptr) recorder_->OnExpire(now);
  }
  void OnCycle(const State& state, const Plan& plan, absl::Time now) override {
    if (recorder_ != nullptr) recorder_->OnCycle(state, plan, now);
    metrics_.OnCycle(state, plan, now);
    log_.OnCycle(state, plan, now);
  }
  void Flush(const State& state, absl::Time now) {
    metrics_.Flush(state, now);
    log_.Flush(state, now);
  }

 private:
  loop::Observer* const recorder_;
  CycleMetrics metrics_;
  DecisionLog log_;
};

loop::Decide TimedCycle(const kube::BootClock& clock, Metrics* metrics) {
  return [&clock, metrics](State& state, const Profile& profile, absl::Time now) {
    const absl::Duration start = clock.Now();
    Plan plan = Cycle(state, profile, now);
    metrics->CycleTook(clock.Now() - start);
    return plan;
  };
}

Pages MakePages(const Health& health, const Metrics& metrics, loop::Clock* clock) {
  const auto alive = [&health, clock] { return health.Alive(clock->Now()); };
  Pages pages;
  pages["/healthz"] = alive;
  pages["/livez"] = alive;
  pages["/readyz"] = [&health] { return health.Ready(); };
  pages["/metrics"] = [&metrics, clock] {
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

// nullptr where nothing is to be recorded.
absl::StatusOr<std::unique_ptr<Recording>> StartRecording(const ServeFlags& flags, Log* log) {
  if (flags.record.empty()) return nullptr;
  return Recording::Start({flags.record, flags.record_files, flags.record_megabytes << 20}, log);
}

// Runs until the feed is closed; the exit code.
int RunLoop(const ServeFlags& flags, kube::Credentials credentials, Log* log) {
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
  kube::World world(SettingsFrom(flags, std::move(credentials), identity), boot, reports);
  health.AskSync([&world] { return world.NotSynced(); });
  const StopSignal stop([&](const std::string& name) {
    log->Info("stops", {{"signal", name}});
    world.Stop();
  });
  ConfigFile file(flags.config);
  FeedTap feed(&world, &clock, flags.config.empty() ? nullptr : &file, &metrics, log);
  const absl::StatusOr<std::unique_ptr<Recording>> recording = StartRecording(flags, log);
  if (!recording.ok()) {
    log->Error("cannot record", {{"error", recording.status().message()}});
    return 1;
  }
  Renderings renderings(&metrics, log, *recording == nullptr ? nullptr : &(*recording)->recorder);
  loop::Loop loop({&feed, &world, &clock}, flags.scheduler_name, TimedCycle(boot, &metrics),
                  &renderings);
  world.Start();
  while (loop.Step(clock.Now() + kTurn)) {
    health.Beat(clock.Now());
    renderings.Flush(loop.state(), clock.Now());
  }
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
  return RunLoop(flags, *std::move(credentials), &log);
}

}  // namespace muster::daemon
