// SPDX-License-Identifier: Apache-2.0
// What can be asked about the scheduler, and is answered in the messages of muster.v1: by the gRPC
// service to the command line, by the page as their JSON. Whether the caller may ask is looked at
// before (grpc/); `Sight` says how much it sees.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"

namespace muster::daemon {

// Whose gangs a caller sees: those of all namespaces, or of some.
struct Sight {
  std::optional<std::set<std::string>> namespaces;  // nullopt: all
  bool Sees(const std::string& ns) const { return !namespaces || namespaces->contains(ns); }
};

// Any thread; each call waits until the loop's thread has answered it, at most `patience`. Errors:
// NotFound, InvalidArgument, ResourceExhausted (too many questions wait), DeadlineExceeded,
// Unavailable (not synced yet, or stopping). The message is for people and names the object.
class Questions {
 public:
  virtual ~Questions() = default;
  virtual absl::StatusOr<v1::ListQueuesResponse> ListQueues(const v1::ListQueuesRequest& request,
                                                            const Sight& sight,
                                                            absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::ListGangsResponse> ListGangs(const v1::ListGangsRequest& request,
                                                          const Sight& sight,
                                                          absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::Explanation> Explain(const v1::ExplainRequest& request,
                                                  const Sight& sight, absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::ListNodesResponse> ListNodes(const v1::ListNodesRequest& request,
                                                          const Sight& sight,
                                                          absl::Duration patience) = 0;
  virtual absl::StatusOr<std::string> DumpState(absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::WhatIfResponse> WhatIf(const v1::WhatIfRequest& request,
                                                    absl::Duration patience) = 0;
  virtual absl::StatusOr<v1::GetCostResponse> GetCost(const v1::GetCostRequest& request,
                                                      const Sight& sight,
                                                      absl::Duration patience) = 0;

  // Decisions after number `after` (0: the recent past that is still kept), oldest first, at most
  // `most`; waits up to `patience` for the first one, and gives none where there was none.
  virtual absl::StatusOr<std::vector<v1::Decision>> DecisionsAfter(int64_t after, int most,
                                                                   const Sight& sight,
                                                                   absl::Duration patience) = 0;
};

}  // namespace muster::daemon
