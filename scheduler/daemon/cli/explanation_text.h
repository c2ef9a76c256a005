// SPDX-License-Identifier: Apache-2.0
// Everything about one gang, for people: the answer to "why does it wait?" first.
#pragma once

#include <string>

#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/look.h"

namespace muster::daemon::cli {

// `wide`: more columns, and nothing cut, left out or broken where the terminal is narrow.
std::string ExplanationText(const v1::Explanation& explanation, const Look& look,
                            bool wide = false);

}  // namespace muster::daemon::cli
