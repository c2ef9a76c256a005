// SPDX-License-Identifier: Apache-2.0
// What a reflector must know of the kind that it follows: where it is listed, and how its objects
// become events for the loop.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/event.h"

namespace muster::kube {

struct SeenObject {
  std::string key;  // "namespace/name", or "name" of a cluster-wide kind
  std::string uid;
  std::string resource_version;
  std::optional<Event> event;  // nullopt: nothing that the loop need hear of
};

class WatchedKind {
 public:
  virtual ~WatchedKind() = default;
  virtual absl::string_view name() const = 0;      // "pods", for messages and metrics
  virtual absl::string_view path() const = 0;      // "/api/v1/pods"
  virtual absl::string_view selector() const = 0;  // "fieldSelector=…" or empty
  // `raw` is the bare message, without envelope; `seen` is new.
  virtual absl::Status Decode(absl::string_view raw, SeenObject* seen) = 0;
  virtual std::optional<Event> Gone(const std::string& key, const std::string& uid) = 0;
};

}  // namespace muster::kube
