// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scheduler/codec/queue_limits.h"
#include "scheduler/codec/yaml_reader.h"
#include "scheduler/model/queue_spec.h"

// The keys of one queue of the config, but for its name, its namespaces and the queues below it.
namespace muster::codec {

// What keys of queues refer to.
struct ConfigNames {
  bool user_label = false;
  Groups groups;
};

// Keys of every queue.
void ReadQueueFields(YamlMap* map, const ConfigNames& names, QueueSpec* spec);

// Keys of leaves and templates; where `inner`, each that is there is an error.
void ReadLeafFields(YamlMap* map, bool inner, QueueSpec* spec);

}  // namespace muster::codec
