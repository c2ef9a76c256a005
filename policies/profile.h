// SPDX-License-Identifier: Apache-2.0
// The policies in force, chosen once (per config) from policies.inc: which filters lower rooms and
// which scorer chooses between nodes. Immutable, shared by all cycles until the config changes.
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "policies/policy.h"

namespace muster {

struct Profile {
  std::vector<std::unique_ptr<Filter>> filters;  // all of them, in policies.inc order
  std::unique_ptr<Scorer> scorer;
};

// `scorer` is a name of policies.inc; nullptr Profile::scorer where it is not known.
Profile MakeProfile(absl::string_view scorer);

// Names by kind, for messages: "bin-pack, spread".
std::vector<absl::string_view> ScorerNames();

}  // namespace muster
