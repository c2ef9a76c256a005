// SPDX-License-Identifier: Apache-2.0
// What a Spark driver's own conf says its executors will be: Spark creates them only after the
// driver runs, so their number and whole pod spec are read from the driver's ConfigMap
// (spark.properties) and the executor pod template. Source of the formulas: Apache Spark
// resource/ResourceProfile.scala and deploy/k8s/features/BasicExecutorFeatureStep.scala.
#pragma once

#include <cstdint>
#include <string>

#include "scheduler/model/role_spec.h"

namespace muster {

struct Forecast {
  // Executors that must have room when the driver starts: max(initial, min, instances) with dynamic
  // allocation, else instances. 0: the driver alone (local master, or executors of another
  // scheduler).
  int32_t start = 0;
  // Executors that the job keeps once started: the minimum of dynamic allocation, else instances.
  int32_t floor = 0;
  RoleSpec executor;
  // One message naming ConfigMap, key, value and what was expected; the rest is then meaningless.
  std::string config_error;

  friend bool operator==(const Forecast&, const Forecast&) = default;
};

}  // namespace muster
