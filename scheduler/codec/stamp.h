// SPDX-License-Identifier: Apache-2.0
// The stamp as annotations: what Muster writes into a pod with its Binding (the API server merges
// it into the pod without a further write). ReadStamp (scheduler/codec/stamp_codec.h) is the
// inverse.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scheduler/model/pod.h"

namespace muster::codec {

// Fields that are empty or zero are left out; queue and gang, which make a stamp, never are.
std::vector<std::pair<std::string, std::string>> EncodeStamp(const Stamp& stamp);

}  // namespace muster::codec
