// SPDX-License-Identifier: Apache-2.0
// What a pod takes from its node: the larger of its containers together and of the peak of its init
// containers, sidecars counted in both; pod-level requests in their place; overhead on top. Of a
// bound pod, per container, the largest of what is asked, allocated and in force, since a resize
// may be under way. Sums are exact and rounded once, away from zero. Source:
// k8s.io/component-helpers resource/helpers.go (v0.36.3), kube-scheduler noderesources.
#pragma once

#include <string>

#include "scheduler/model/resource_list.h"

namespace muster::k8s {
class Pod;
}

namespace muster::codec {

struct PodRequests {
  ResourceList amounts;  // without "pods"; an amount that cannot be meant counts as the largest
  std::string error;     // the first malformed quantity: field, text, what was expected; or empty
};

PodRequests EffectiveRequests(const k8s::Pod& pod);

}  // namespace muster::codec
