// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/world_reports.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "absl/strings/match.h"
#include "scheduler/daemon/stop_signal.h"

namespace muster::daemon {
namespace {

class Pipe {
 public:
  Pipe() { REQUIRE(pipe2(ends_, O_NONBLOCK) == 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int in() const { return ends_[1]; }
  std::string Lines() const {
    char bytes[65536];
    const ssize_t size = read(ends_[0], bytes, sizeof(bytes));
    return size > 0 ? std::string(bytes, static_cast<size_t>(size)) : "";
  }

 private:
  int ends_[2];
};

class HandClock : public loop::Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::FromUnixSeconds(100);
};

struct Reported {
  std::string Lines() const { return pipe.Lines(); }

  Pipe pipe;
  Log log{pipe.in(), LogLevel::kInfo};
  Metrics metrics{absl::UnixEpoch()};
  Health health;
  HandClock clock;
  WorldReports reports{&health, &metrics, &log, &clock};
};

TEST_CASE("what the API server is asked in vain and what it tells is counted") {
  Reported reported;
  reported.reports.OnRetry(kube::Lane::kWrite);
  reported.reports.OnUnclearBind();
  reported.reports.OnHeard("nodes");
  reported.clock.now += absl::Seconds(7);
  const std::string text = reported.metrics.Render(reported.clock.now);
  CHECK(absl::StrContains(text, "muster_api_retries_total{lane=\"write\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_api_retries_total{lane=\"bind\"} 0\n"));
  CHECK(absl::StrContains(text, "muster_binds_total{outcome=\"unclear\"} 1\n"));
  CHECK(absl::StrContains(text, "muster_watch_age_seconds{kind=\"nodes\"} 7\n"));
}

TEST_CASE("leading and standing by are shown to probes, scrapes and the log") {
  Reported reported;
  reported.reports.OnStandby("muster-b");
  reported.reports.OnStandby("muster-b");
  CHECK(reported.health.Ready().body == "ok: stands by, muster-b leads\n");
  CHECK(absl::StrContains(reported.metrics.Render(absl::UnixEpoch()), "muster_leader 0\n"));
  reported.reports.OnLead();
  reported.health.AskSync([] { return ""; });
  CHECK(reported.health.Ready().body == "ok: leads, synced\n");
  CHECK(absl::StrContains(reported.metrics.Render(absl::UnixEpoch()), "muster_leader 1\n"));
  const std::string lines = reported.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
}

TEST_CASE("an end by itself is told from one that was asked for") {
  Reported asked;
  asked.reports.OnEnd("");
  CHECK(asked.reports.ended().empty());
  Reported lost;
  lost.reports.OnLead();
  lost.reports.OnEnd("the lease is lost");
  CHECK(lost.reports.ended() == "the lease is lost");
  CHECK(lost.health.Ready().status == 503);
  CHECK(absl::StrContains(lost.metrics.Render(absl::UnixEpoch()), "muster_leader 0\n"));
  CHECK(absl::StrContains(lost.Lines(), "\"why\":\"the lease is lost\""));
}

TEST_CASE("a refused config is counted and logged, an accepted one is not a rejection") {
  Reported reported;
  reported.reports.OnConfig("");
  reported.reports.OnConfig("muster.yaml:3:5: weight");
  CHECK(absl::StrContains(reported.metrics.Render(absl::UnixEpoch()),
                          "muster_config_rejections_total 1\n"));
  CHECK(absl::StrContains(reported.Lines(), "muster.yaml:3:5: weight"));
}

TEST_CASE("a problem that repeats does not flood the log") {
  Reported reported;
  for (int i = 0; i < 1000; ++i) reported.reports.OnProblem("connection refused");
  const std::string lines = reported.Lines();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
}

TEST_CASE("SIGTERM becomes a call on another thread") {
  StopSignal::Block();
  std::promise<std::string> stopped;
  const StopSignal stop([&](const std::string& name) { stopped.set_value(name); });
  REQUIRE(kill(getpid(), SIGTERM) == 0);
  CHECK(stopped.get_future().get() == "SIGTERM");
}

}  // namespace
}  // namespace muster::daemon
