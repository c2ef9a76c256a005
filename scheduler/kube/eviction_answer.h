// SPDX-License-Identifier: Apache-2.0
// What the eviction API's answer about one pod means. Source: K8s v1.36
// pkg/registry/core/pod/storage/eviction.go.
#pragma once

#include <cstdint>
#include <string>

#include "scheduler/kube/http.h"
#include "scheduler/loop/ports.h"

namespace muster::kube {

enum class EvictionAnswer : uint8_t {
  kYes,
  kNo,       // for a reason that will not pass by itself
  kUnclear,  // it may have taken effect, or the pod is another one: the pod tells
  kNotNow,
};
EvictionAnswer ReadEvictionAnswer(const HttpReply& reply);

// A server that is away or overloaded says nothing about the pod.
bool CountsAsFailure(const HttpReply& reply);

// With the words of the budget, which name it.
std::string WhyNot(const loop::PodRef& pod, const HttpReply& reply);

}  // namespace muster::kube
