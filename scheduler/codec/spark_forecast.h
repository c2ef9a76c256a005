// SPDX-License-Identifier: Apache-2.0
// What a Spark driver's conf says its executors will be, before the first of them exists: how many,
// and as what pods. The pod is built as Spark and the API server would build it (template, requests
// by Spark's formula, selectors, scheduler name, API defaults), then read like any pod on the wire,
// so that a forecast and the real executor compare equal.
//
// An executor's memory, in MiB: spark.executor.memory + overhead + off-heap + pyspark memory, where
// overhead is spark.executor.memoryOverhead, else max(trunc(factor x memory), minMemoryOverhead);
// its cpu: spark.kubernetes.executor.request.cores, else spark.executor.cores. Only the default
// resource profile is forecast: others are asked for while the job runs.
// Source: Apache Spark 3.5 and 4.x, resource/ResourceProfile.scala, deploy/k8s/features/
// BasicExecutorFeatureStep.scala and MountVolumesFeatureStep.scala,
// deploy/k8s/KubernetesUtils.scala, scheduler/cluster/SchedulerBackendUtils.scala.
//
// A malformed value gives Forecast::config_error, one message that names ConfigMap, key, value and
// what was expected; it is never replaced by a default. Values of other keys (the conf holds
// secrets) are never shown.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "scheduler/codec/properties.h"
#include "scheduler/model/forecast.h"

namespace muster::codec {

struct SparkSource {
  absl::string_view scheduler_name;  // ours: executors of another scheduler are not held for
  absl::string_view conf_map;        // "namespace/name", for messages
  absl::string_view properties;      // text of its key spark.properties
  absl::string_view template_map;    // "namespace/name", for messages
  // YAML of the executor pod template. Absent: there is none, or it is a file that only the driver
  // can read; the executors are then forecast from the conf alone.
  std::optional<absl::string_view> pod_template;
};

Forecast ForecastExecutors(const SparkSource& source);

// The same of a conf that is already parsed (source.properties is not read).
Forecast ForecastExecutors(const SparkSource& source, const Properties& conf);

}  // namespace muster::codec
