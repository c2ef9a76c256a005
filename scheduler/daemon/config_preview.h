// SPDX-License-Identifier: Apache-2.0
// What changes at once when another queue config comes into force over a dumped state: by queue its
// entitlement and whether it is over its max, by gang whether it starts, waits, may be reclaimed
// from or is evicted. One decision with each config, no time passes (what_if.h lets it pass).
#pragma once

#include <string>

#include "muster/v1/muster.pb.h"
#include "scheduler/codec/scenario.h"
#include "scheduler/model/queue_spec.h"

namespace muster::daemon {

// `name`: of the config. Equal input gives equal messages.
v1::ConfigPreview PreviewOf(const codec::Scenario& state, const std::string& name,
                            const QueueConfig& config);

// For people; what differs is marked with a star.
std::string PreviewText(const v1::ConfigPreview& preview);

}  // namespace muster::daemon
