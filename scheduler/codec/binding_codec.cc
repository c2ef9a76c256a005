// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/binding_codec.h"

#include "scheduler/codec/envelope.h"
#include "scheduler/codec/stamp.h"
#include "scheduler/codec/wire.h"

namespace muster::codec {
namespace {

constexpr size_t kUsualBytes = 512;

}  // namespace

// Field numbers of Binding, ObjectReference (k8s/cluster.proto) and ObjectMeta (k8s/meta.proto).
std::string EncodeBinding(const loop::BindPod& action) {
  std::string meta, entry, target, binding;
  for (std::string* text : {&meta, &entry, &target, &binding}) text->reserve(kUsualBytes);
  AppendField(1, action.pod.name, &meta);
  AppendField(3, action.pod.ns, &meta);
  AppendField(5, action.pod.uid, &meta);
  for (const auto& [key, value] : EncodeStamp(action.stamp)) {
    entry.clear();
    AppendField(1, key, &entry);
    AppendField(2, value, &entry);
    AppendField(12, entry, &meta);
  }
  // With another kind, or none, admission would not copy the node's zone labels to the pod.
  AppendField(1, "Node", &target);
  AppendField(3, action.node, &target);
  AppendField(1, meta, &binding);
  AppendField(2, target, &binding);
  return SealEnvelope("v1", "Binding", binding);
}

}  // namespace muster::codec
