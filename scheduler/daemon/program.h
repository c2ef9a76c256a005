// SPDX-License-Identifier: Apache-2.0
// What people called the program, so that a usage line can be copied: the same binary is `muster`
// and, by the name kubectl-muster, `kubectl muster`. Nothing else depends on the name but for
// kubectl_complete-muster, by which kubectl asks for completions.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::daemon {

// Once, before anything is said. `argv0` may be a path.
void NameProgram(absl::string_view argv0);

// "muster" or "kubectl muster".
const std::string& Program();

// Whether it was called kubectl_complete-muster.
bool NamedForCompletion();

}  // namespace muster::daemon
