// SPDX-License-Identifier: Apache-2.0
// The kinds that Muster follows. Namespaces and priority classes are not among them: queue rules go
// by a namespace's name, and admission has already written a class's value into spec.priority.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "scheduler/kube/watched_kind.h"

namespace muster::kube {

std::unique_ptr<WatchedKind> Pods();

// `problem` is told of quantities that cannot be read.
std::unique_ptr<WatchedKind> Nodes(std::function<void(std::string)> problem);

// A text of a ConfigMap under one key, and what it turns into; nullopt keeps what was before.
struct ConfigSource {
  std::string ns;
  std::string name;
  std::string key;
  // The text, and the uid of the ConfigMap. An absent key or object is no call.
  std::function<std::optional<Event>(const std::string& text, const std::string& uid)> read;
};
std::unique_ptr<WatchedKind> OneConfigMap(ConfigSource source);

}  // namespace muster::kube
