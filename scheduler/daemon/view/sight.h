// SPDX-License-Identifier: Apache-2.0
// What is left out for a caller who sees some namespaces only (Sight): names of others' gangs, also
// where they stand in a sentence.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

// Stands where a gang of a namespace that the caller does not see would be named.
inline constexpr absl::string_view kSomebody = "(a gang of another namespace)";

// The text with every "namespace/name" whose namespace is not seen replaced. It knows names by
// their form and not by what exists, so that a new sentence cannot leak: a namespace has no dots,
// which tells it from a resource (nvidia.com/gpu) or a label (topology.kubernetes.io/zone). For
// everybody: what is no UTF-8, which a message may not have, becomes '?'.
std::string Veiled(absl::string_view text, const Sight& sight);

// Whether the queue is `under` or below it; all are below "".
bool IsWithin(absl::string_view queue, absl::string_view under);

}  // namespace muster::daemon
