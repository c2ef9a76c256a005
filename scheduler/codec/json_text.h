// SPDX-License-Identifier: Apache-2.0
// Text as a JSON string.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::codec {

// With its quotes; bytes that are no UTF-8 are passed on as U+FFFD, since the API server refuses a
// whole body for one of them.
std::string JsonText(absl::string_view text);

}  // namespace muster::codec
