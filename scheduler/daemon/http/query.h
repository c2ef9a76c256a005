// SPDX-License-Identifier: Apache-2.0
// The query of a request's target: "queue=etl&state=waiting&state=running". Names and values are
// percent-decoded, "+" is a space. Source: the URL standard, application/x-www-form-urlencoded.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster::daemon {

// In the order written; a name may come more than once.
using Query = std::vector<std::pair<std::string, std::string>>;

// nullopt: a "%" without two hexadecimal digits after it, or what decodes to no UTF-8 text.
std::optional<Query> ParseQuery(absl::string_view text);

}  // namespace muster::daemon
