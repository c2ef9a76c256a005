// SPDX-License-Identifier: Apache-2.0
// Resource-seconds and money, as a table for people and as CSV for spreadsheets (RFC 4180).
#pragma once

#include <string>

#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/look.h"

namespace muster::daemon::cli {

// In hours: of cores, GiB or pieces. `group_by` names the first column, here and below.
std::string CostTableText(const v1::GetCostResponse& cost, absl::string_view group_by,
                          const Look& look);

// In the message's own units.
std::string CostCsv(const v1::GetCostResponse& cost, absl::string_view group_by);

}  // namespace muster::daemon::cli
