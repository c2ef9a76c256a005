// SPDX-License-Identifier: Apache-2.0
// How a read command ends: its answer on stdout, or one line on stderr, and the exit code.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace muster::daemon::cli {

// Says the text, or why there is none.
int Answer(const absl::StatusOr<std::string>& text);

// "PROGRAM: message" on stderr.
int Fail(const absl::Status& status);

// The message in the form asked for; `table` makes the text for "table" and "wide".
int Answer(const google::protobuf::Message& message, const std::string& output,
           const std::function<std::string()>& table);

// On stdout, at once. Internal: it cannot be written (a full disk).
absl::Status Say(absl::string_view text);

}  // namespace muster::daemon::cli
