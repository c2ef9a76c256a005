// SPDX-License-Identifier: Apache-2.0
// A core/v1 ConfigMap from the wire: its data by key.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace muster::codec {

struct ConfigMap {
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::map<std::string, std::string> entries;
};

absl::StatusOr<ConfigMap> DecodeConfigMap(absl::string_view raw);

}  // namespace muster::codec
