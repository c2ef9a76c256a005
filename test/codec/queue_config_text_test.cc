// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/queue_config_text.h"

#include <catch2/catch.hpp>

#include "scheduler/codec/queue_config.h"

namespace muster::codec {
namespace {

constexpr char kEverything[] = R"(
scorer: spread
userLabel: muster.dev/user
fairness: {halfLife: 1h30m}
groups: {night: ["team-a/*", jane]}
prices:
  currency: EUR
  resources: {cpu: 0.031, memory: 0, nvidia.com/gpu: 2, ephemeral-storage: 0.000000001}
  nodes:
  - {instanceType: m5.4xlarge, onDemand: 0.768, spot: 0.30}
  - {instanceType: "4", spot: 1000000}
history: {url: "https://history.example.com/{namespace}/history/{app}"}
queues:
- name: etl
  weight: 3
  guaranteed: {cpu: 40500m, memory: 160Gi}
  max: {cpu: 120, nvidia.com/gpu: 0, ephemeral-storage: 1234567}
  maxRunning: 7
  users: {default: {maxRunning: 0}, team-a/spark: {max: {cpu: 4}}}
  groups: {night: {maxRunning: 2, max: {memory: 1Gi}}}
  state: draining
  priority: -5
  maxPriority: 100
  preemptible: false
  minRuntime: 90s
  evictionsPerHour: 0
  backfill: true
  starveAfter: 1h
  autoscale: driver
  scaleAfter: 20s
  maxUnbacked: 3
  namespaces: [team-etl, "etl-*"]
  serviceAccounts: ["*/spark"]
- name: analytics
  state: closed
  guaranteed: {cpu: 2}
  queues:
  - {name: adhoc, order: fair, guaranteed: {cpu: 2}, reclaimable: false}
  - {name: reports_2}
- {name: tenants, perNamespace: true, namespaces: ["dev-?"], max: {pods: 10}}
)";

TEST_CASE("a queue config is written as what reads back as the same") {
  for (const std::string& text : {std::string(kEverything), std::string("queues: [{name: a}]")}) {
    const auto config = ParseQueueConfig("m.yaml", text);
    INFO(config.status().ToString());
    REQUIRE(config.ok());
    for (const std::string& written : {QueueConfigText(*config), QueueConfigLine(*config)}) {
      const auto again = ParseQueueConfig("m.yaml", written);
      INFO(written << "\n" << again.status().ToString());
      REQUIRE(again.ok());
      CHECK(*again == *config);
    }
  }
  const auto initial = ParseQueueConfig("m.yaml", QueueConfigText(DefaultQueueConfig()));
  REQUIRE(initial.ok());
  CHECK(*initial == DefaultQueueConfig());
}

}  // namespace
}  // namespace muster::codec
