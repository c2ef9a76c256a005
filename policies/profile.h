// SPDX-License-Identifier: Apache-2.0
// The policies in force, chosen once per config from policies.inc. Immutable: shared by all cycles
// until the config changes.
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "policies/policy.h"

namespace muster {

struct Profile {
  std::vector<std::unique_ptr<Filter>> filters;  // all of them, in policies.inc order
  std::unique_ptr<Scorer> scorer;
  std::unique_ptr<GangOrder> fifo;
  std::unique_ptr<GangOrder> fair;

  const GangOrder& order(LeafOrder leaf) const { return leaf == LeafOrder::kFifo ? *fifo : *fair; }
};

// `scorer` is a name of policies.inc; the first one where it is not known.
Profile MakeProfile(absl::string_view scorer);

// Names of a kind, for messages and validation: {"bin-pack", "spread"}.
std::vector<absl::string_view> ScorerNames();

}  // namespace muster
