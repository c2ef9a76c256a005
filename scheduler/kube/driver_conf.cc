// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/driver_conf.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/config_map_codec.h"
#include "scheduler/codec/spark_forecast.h"
#include "scheduler/kube/api_path.h"

namespace muster::kube {
namespace {

constexpr absl::string_view kPropertiesKey = "spark.properties";

}  // namespace

DriverConf::DriverConf(Reactor& reactor, Sink sink, uint64_t seed)
    : reactor_(reactor), sink_(std::move(sink)), seed_(seed) {}

DriverConf::~DriverConf() {
  for (const auto& [uid, reading] : readings_) {
    reactor_.http().Cancel(reading->exchange);
    reactor_.Cancel(reading->timer);
  }
}

void DriverConf::Read(loop::ReadForecast action) {
  const std::string uid = action.driver.uid;
  if (readings_.contains(uid)) return;
  readings_.emplace(uid, std::make_unique<Reading>(Reading{
                             std::move(action),
                             Backoff(absl::Milliseconds(250), absl::Seconds(5), seed_ + ++started_),
                             std::nullopt, ""}));
  Fetch(uid);
}

void DriverConf::Gone(const std::string& driver_uid) {
  const auto it = readings_.find(driver_uid);
  if (it == readings_.end()) return;
  reactor_.http().Cancel(it->second->exchange);
  reactor_.Cancel(it->second->timer);
  readings_.erase(it);
}

void DriverConf::Fetch(const std::string& uid) {
  Reading& reading = *readings_.at(uid);
  const loop::ReadForecast& action = reading.action;
  HttpRequest request;
  request.path = ConfigMapPath(
      action.driver.ns, reading.properties.has_value() ? action.template_map : action.conf_map);
  reading.exchange = reactor_.http().Send(std::move(request),
                                          [this, uid](HttpReply reply) { OnReply(uid, reply); });
}

void DriverConf::OnReply(const std::string& uid, const HttpReply& reply) {
  const Reading& reading = *readings_.at(uid);
  const bool second = reading.properties.has_value();
  const std::string object =
      absl::StrCat("ConfigMap ", reading.action.driver.ns, "/",
                   second ? reading.action.template_map : reading.action.conf_map);
  if (!reply.ok()) {
    if (reply.transport.ok() && reply.code == 404) {
      Miss(uid, object, absl::ZeroDuration());
      return;
    }
    sink_.problem(absl::StrCat("reading ", object, ": ", ErrorText(reply)));
    // Refused for good as far as we can tell: the gang says what it waits for.
    Miss(uid, reply.code == 403 ? absl::StrCat(object, " (forbidden)") : object, RetryFloor(reply));
    return;
  }
  const absl::StatusOr<codec::Envelope> envelope = codec::OpenEnvelope(reply.body);
  absl::StatusOr<codec::ConfigMap> map =
      envelope.ok() ? codec::DecodeConfigMap(envelope->raw) : envelope.status();
  if (!map.ok()) {
    sink_.problem(absl::StrCat("reading ", object, ": ", map.status().message()));
    Miss(uid, object, absl::ZeroDuration());
    return;
  }
  const std::string key = second ? reading.action.template_key : std::string(kPropertiesKey);
  const auto entry = map->entries.find(key);
  if (entry == map->entries.end()) {
    Miss(uid, absl::StrCat(object, " key ", key), absl::ZeroDuration());
    return;
  }
  Take(uid, std::move(entry->second));
}

void DriverConf::Take(const std::string& uid, std::string text) {
  Reading& reading = *readings_.at(uid);
  if (reading.properties.has_value()) {
    Finish(uid, std::move(text));
    return;
  }
  reading.properties = std::move(text);
  if (reading.action.template_map.empty())
    Finish(uid, std::nullopt);
  else
    Fetch(uid);
}

void DriverConf::Finish(const std::string& uid, std::optional<std::string> pod_template) {
  const Reading& reading = *readings_.at(uid);
  const loop::ReadForecast& action = reading.action;
  const std::string conf_map = absl::StrCat(action.driver.ns, "/", action.conf_map);
  const std::string template_map = absl::StrCat(action.driver.ns, "/", action.template_map);
  codec::SparkSource source;
  source.scheduler_name = action.scheduler_name;
  source.conf_map = conf_map;
  source.properties = *reading.properties;
  source.template_map = template_map;
  if (pod_template.has_value()) source.pod_template = *pod_template;
  ForecastSeen seen{action.driver.uid, codec::ForecastExecutors(source)};
  readings_.erase(uid);
  sink_.event(std::move(seen));
}

void DriverConf::Miss(const std::string& uid, std::string object, absl::Duration floor) {
  Reading& reading = *readings_.at(uid);
  const bool news = reading.missing != object;
  reading.missing = std::move(object);
  reading.timer =
      reactor_.Retry(Lane::kRead, reading.backoff.Next(floor), [this, uid] { Fetch(uid); });
  if (news) sink_.event(ForecastMissing{uid, reading.missing});
}

}  // namespace muster::kube
