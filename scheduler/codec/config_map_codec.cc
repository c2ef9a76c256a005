// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/config_map_codec.h"

#include "k8s/cluster.pb.h"

namespace muster::codec {

absl::StatusOr<ConfigMap> DecodeConfigMap(absl::string_view raw) {
  k8s::ConfigMap message;
  if (!message.ParseFromArray(raw.data(), static_cast<int>(raw.size()))) {
    return absl::InvalidArgumentError("malformed protobuf in a ConfigMap");
  }
  ConfigMap out;
  out.ns = message.metadata().namespace_();
  out.name = message.metadata().name();
  out.uid = message.metadata().uid();
  out.resource_version = message.metadata().resource_version();
  out.entries.insert(message.data().begin(), message.data().end());
  return out;
}

}  // namespace muster::codec
