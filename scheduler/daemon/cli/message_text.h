// SPDX-License-Identifier: Apache-2.0
// An answer for machines: protobuf's JSON form with the fields' names as in the .proto file, every
// field there, The same message gives the same bytes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace muster::daemon::cli {

// Indented, or (of a stream) in one line; ends with a line feed. Control characters in text are
// escaped as JSON does, so that it may be looked at in a terminal.
// Internal: a field holds what its type may not (a year beyond 9999).
absl::StatusOr<std::string> JsonText(const google::protobuf::Message& message,
                                     bool one_line = false);

// The same fields and values as YAML.
absl::StatusOr<std::string> YamlText(const google::protobuf::Message& message);

}  // namespace muster::daemon::cli
