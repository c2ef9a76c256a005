// SPDX-License-Identifier: Apache-2.0
// What spark-submit leaves in the API server for a driver (the ConfigMaps with its resolved conf
// and the executor pod template, and the driver's own node selector), and how it is read back.
#pragma once

#include <string>

#include "scheduler/codec/scenario.h"
#include "scheduler/sim/api_server.h"

namespace muster::sim {

inline constexpr absl::string_view kPropertiesKey = "spark.properties";
inline constexpr absl::string_view kTemplateKey = "pod-spec-template.yml";

// The text of spark.properties as java.util.Properties writes it: what the user set and what
// spark-submit adds.
std::string RenderProperties(const codec::Job& job, const std::string& app_id);

// spark.kubernetes.node.selector.* and spark.kubernetes.driver.node.selector.*.
Labels DriverNodeSelector(const codec::SparkWork& spark);

// "60s", "1min" or plain seconds under `key`.
absl::Duration TimeOf(const codec::SparkWork& spark, absl::string_view key, absl::Duration absent);

// What the job's executors will be.
Forecast ForecastOf(const codec::Job& job);

// The driver's ConfigMaps read as a real world reads them. `missing` names the object that is not
// there (yet); empty: `forecast` is the answer.
struct ForecastReading {
  Forecast forecast;
  std::string missing;
};
ForecastReading ReadForecast(const ApiServer& api, const loop::ReadForecast& action);

}  // namespace muster::sim
