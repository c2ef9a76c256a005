// SPDX-License-Identifier: Apache-2.0
// Gangs, one a line.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/table.h"

namespace muster::daemon::cli {

using Gangs = google::protobuf::RepeatedPtrField<v1::Gang>;

// `at`: when they were as they are told.
Table GangTable(const Gangs& gangs, absl::Time at, bool wide);

// "namespace/name" as shown.
std::string NameOf(const v1::Gang& gang);

// How a gang's state, or a member's, is to look.
Tone ToneOf(const std::string& state);

}  // namespace muster::daemon::cli
