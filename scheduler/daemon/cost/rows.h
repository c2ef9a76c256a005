// SPDX-License-Identifier: Apache-2.0
// The answer to GetCost: what the ledger knows, grouped, in base units and money.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cost/ledger.h"
#include "scheduler/daemon/view/questions.h"
#include "scheduler/model/amounts.h"

namespace muster::daemon {

// On the loop's thread. Rows are sorted by key, then by the resource's column; of accounts whose
// namespace the caller may see. Errors: InvalidArgument for a `group_by` that there is not.
absl::StatusOr<v1::GetCostResponse> CostRows(const v1::GetCostRequest& request, const Sight& sight,
                                             const ResourceTable& resources,
                                             absl::string_view currency, absl::Time now,
                                             Ledger* ledger);

}  // namespace muster::daemon
