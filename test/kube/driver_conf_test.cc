// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/driver_conf.h"

#include <catch2/catch.hpp>

#include "test/kube/world_fixture.h"

namespace muster::kube {
namespace {

struct Asking {
  explicit Asking(FakeApiServer& fake)
      : server(fake), http(PlainCredentials(fake), HttpLimits()), reactor(clock, http) {
    conf = std::make_unique<DriverConf>(
        reactor,
        DriverConf::Sink{[this](Event event) { Hear(std::move(event)); },
                         [this](std::string text) { problems.push_back(std::move(text)); }},
        1);
  }
  void Hear(Event event) {
    if (auto* seen = std::get_if<ForecastSeen>(&event)) forecasts.push_back(seen->forecast);
    if (auto* missing = std::get_if<ForecastMissing>(&event)) missings.push_back(missing->object);
  }
  bool Wait(const std::function<bool()>& condition) {
    for (int i = 0; i < 200 && !condition(); ++i) {
      RunQuietly(reactor, 3);
      clock.Advance(absl::Milliseconds(200));
    }
    return condition();
  }

  FakeApiServer& server;
  HandClock clock;
  Http http;
  Reactor reactor;
  std::vector<Forecast> forecasts;
  std::vector<std::string> missings;
  std::vector<std::string> problems;
  std::unique_ptr<DriverConf> conf;
};

k8s::ConfigMap MakeConfigMap(const std::string& name, const std::string& key,
                             const std::string& text) {
  k8s::ConfigMap map;
  map.mutable_metadata()->set_namespace_("team");
  map.mutable_metadata()->set_name(name);
  (*map.mutable_data())[key] = text;
  return map;
}

loop::ReadForecast Driver(const std::string& template_map = "") {
  return {{"u1", "team", "pi-driver"}, "conf-map", template_map, "podspec-configmap-key", "muster"};
}

constexpr char kConf[] =
    "spark.executor.instances=3\nspark.executor.memory=2g\n"
    "spark.kubernetes.scheduler.name=muster\n"
    "spark.kubernetes.memoryOverheadFactor=0.1\n";

TEST_CASE("the driver's ConfigMap comes after the driver: it is waited for, and told once") {
  FakeApiServer server;
  Asking asking(server);
  asking.conf->Read(Driver());
  REQUIRE(asking.Wait([&] { return server.Count("GET", "/configmaps/conf-map") >= 3; }));
  CHECK(asking.missings == std::vector<std::string>{"ConfigMap team/conf-map"});
  CHECK(asking.forecasts.empty());
  server.Put(MakeConfigMap("conf-map", "spark.properties", kConf));
  REQUIRE(asking.Wait([&] { return asking.forecasts.size() == 1; }));
  CHECK(asking.forecasts[0].start == 3);
  CHECK(asking.forecasts[0].executor.requests.Get(kMemory) == int64_t{2432} << 20);
  CHECK(asking.problems.empty());
}

TEST_CASE("the executors' pod template is read from its own ConfigMap") {
  FakeApiServer server;
  server.Put(MakeConfigMap("conf-map", "spark.properties", kConf));
  Asking asking(server);
  asking.conf->Read(Driver("template-map"));
  REQUIRE(asking.Wait([&] { return asking.missings.size() == 1; }));
  CHECK(asking.missings[0] == "ConfigMap team/template-map");
  server.Put(MakeConfigMap("template-map", "podspec-configmap-key",
                           "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelector: {pool: batch}\n"));
  REQUIRE(asking.Wait([&] { return asking.forecasts.size() == 1; }));
  CHECK(asking.forecasts[0].executor.node_selector == Labels{{"pool", "batch"}});
}

TEST_CASE("a malformed conf is a forecast with one message, not a retry") {
  FakeApiServer server;
  server.Put(MakeConfigMap("conf-map", "spark.properties", "spark.executor.instances=many\n"));
  Asking asking(server);
  asking.conf->Read(Driver());
  REQUIRE(asking.Wait([&] { return asking.forecasts.size() == 1; }));
  CHECK(asking.forecasts[0].config_error.find("team/conf-map") != std::string::npos);
  CHECK(asking.forecasts[0].config_error.find("spark.executor.instances") != std::string::npos);
}

TEST_CASE("a ConfigMap without the key, or that may not be read, is named so") {
  FakeApiServer server;
  Asking asking(server);
  SECTION("no key") {
    server.Put(MakeConfigMap("conf-map", "other", ""));
    asking.conf->Read(Driver());
    REQUIRE(asking.Wait([&] { return asking.missings.size() == 1; }));
    CHECK(asking.missings[0] == "ConfigMap team/conf-map key spark.properties");
  }
  SECTION("forbidden") {
    server.Add({"GET", "/configmaps/", 1000, Fault::Act::kReply, 403});
    asking.conf->Read(Driver());
    REQUIRE(asking.Wait([&] { return asking.missings.size() == 1; }));
    CHECK(asking.missings[0] == "ConfigMap team/conf-map (forbidden)");
  }
}

TEST_CASE("nobody asks for a driver that is gone") {
  FakeApiServer server;
  Asking asking(server);
  asking.conf->Read(Driver());
  REQUIRE(asking.Wait([&] { return asking.missings.size() == 1; }));
  asking.conf->Gone("u1");
  const int asked = server.Count("GET", "/configmaps/");
  asking.clock.Advance(absl::Minutes(5));
  RunQuietly(asking.reactor);
  CHECK(server.Count("GET", "/configmaps/") == asked);
}

}  // namespace
}  // namespace muster::kube
