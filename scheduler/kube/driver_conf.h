// SPDX-License-Identifier: Apache-2.0
// Reads what a Spark driver's ConfigMaps say of its executors. Spark creates them 0.3 to 1.1 s
// after the driver pod, so 404 is no answer: it is tried again until they are there or the driver
// is gone, and told once as ForecastMissing. They are immutable, so one reading is enough.
// Reactor's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "scheduler/kube/backoff.h"
#include "scheduler/kube/reactor.h"
#include "scheduler/loop/ports.h"
#include "scheduler/model/event.h"

namespace muster::kube {

class DriverConf {
 public:
  struct Sink {
    std::function<void(Event&&)> event;
    std::function<void(std::string)> problem;
  };

  DriverConf(Reactor& reactor, Sink sink, uint64_t seed);
  ~DriverConf();
  DriverConf(const DriverConf&) = delete;
  DriverConf& operator=(const DriverConf&) = delete;

  void Read(loop::ReadForecast action);
  // The driver is gone: stop asking.
  void Gone(const std::string& driver_uid);

 private:
  struct Reading {
    loop::ReadForecast action;
    Backoff backoff;
    std::optional<std::string> properties;
    std::string missing;  // as last told
    Http::Id exchange = 0;
    Reactor::TimerId timer{};
  };

  void Fetch(const std::string& uid);
  void OnReply(const std::string& uid, const HttpReply& reply);
  // The text of the map that is being read; true when the next step is on its way.
  void Take(const std::string& uid, std::string text);
  void Finish(const std::string& uid, std::optional<std::string> pod_template);
  void Miss(const std::string& uid, std::string object, absl::Duration floor);

  Reactor& reactor_;
  const Sink sink_;
  const uint64_t seed_;
  uint64_t started_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<Reading>> readings_;  // by the driver's uid
};

}  // namespace muster::kube
