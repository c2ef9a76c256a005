// SPDX-License-Identifier: Apache-2.0
// SHA-256, to know a secret again without keeping it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::kube {

// 32 bytes.
std::string Sha256(absl::string_view text);

}  // namespace muster::kube
