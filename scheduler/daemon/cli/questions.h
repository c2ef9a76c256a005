// SPDX-License-Identifier: Apache-2.0
// Questions that take more than one call: all pages, and what a wrong name probably meant.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/client.h"

namespace muster::daemon::cli {

// Every page of the answer as one. `most`: no more than that are read (0: all); `total` says how
// many there are.
absl::StatusOr<v1::ListGangsResponse> AllGangs(Client* client, v1::ListGangsRequest request,
                                               int most = 0);

// NotFound for a gang or pod gets the name that was probably meant, of the gangs that may be seen.
absl::Status WithNearGang(Client* client, const ObjectName& asked, const absl::Status& status);
// The same for a queue's path.
absl::Status WithNearQueue(Client* client, const std::string& path, const absl::Status& status);

}  // namespace muster::daemon::cli
