// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/answer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/cli/message_text.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {

absl::Status Say(absl::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("stdout cannot be written: ", strerror(errno)));
}

int Fail(const absl::Status& status) {
  UsageError(status.message());
  return ExitCodeOf(status);
}

int Answer(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return Fail(text.status());
  const absl::Status said = Say(*text);
  return said.ok() ? kOk : Fail(said);
}

int Answer(const google::protobuf::Message& message, const std::string& output,
           const std::function<std::string()>& table) {
  if (output == "json") return Answer(JsonText(message));
  if (output == "yaml") return Answer(YamlText(message));
  return Answer(table());
}

}  // namespace muster::daemon::cli
