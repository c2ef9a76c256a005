// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "scheduler/daemon/cli/answer.h"
#include "scheduler/daemon/cli/client.h"
#include "scheduler/daemon/cli/commands.h"
#include "scheduler/daemon/cli/exit_codes.h"
#include "scheduler/daemon/cli/shown.h"
#include "scheduler/daemon/usage.h"

namespace muster::daemon::cli {
namespace {

// The whole text: half a state is none. A state of 100,000 pods has some 60 MB.
absl::StatusOr<std::string> Read(Client* client) {
  constexpr size_t kMost = size_t{1} << 30;
  grpc::ClientContext context;
  client->Prepare(&context, client->Deadline());
  const auto reader = client->stub()->DumpState(&context, v1::DumpStateRequest());
  std::string text;
  v1::DumpStateChunk chunk;
  while (reader->Read(&chunk)) {
    if (text.size() + chunk.text().size() > kMost) {
      context.TryCancel();
      return absl::ResourceExhaustedError("the state is larger than 1 GiB");
    }
    text += chunk.text();
  }
  const absl::Status ended = client->Explained(reader->Finish());
  if (!ended.ok()) return ended;
  return text;
}

// Under another name first, so that the file is the old one or the new one, whole. Nobody else may
// read it: it has the names of everybody's work.
absl::Status Write(const std::string& file, const std::string& text) {
  const std::string part = absl::StrCat(file, ".part");
  const auto failed = [&](absl::string_view what) {
    return absl::InternalError(absl::StrCat(file, ": ", what, ": ", strerror(errno)));
  };
  const int out = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out < 0) return failed("cannot be written");
  std::FILE* stream = fdopen(out, "w");
  bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  written = std::fclose(stream) == 0 && written;
  if (!written || std::rename(part.c_str(), file.c_str()) != 0) {
    const absl::Status status = failed("cannot be written");
    unlink(part.c_str());
    return status;
  }
  return absl::OkStatus();
}

}  // namespace

int Dump(const Arguments& arguments) {
  FlagSet flags("dump", "",
                "Writes the daemon's whole state as a scenario file, which simulate reads.");
  ClientFlags client_flags;
  std::string file;
  flags.Text("file", &file, "FILE", "where to, instead of stdout");
  flags.Short('f', "file");
  client_flags.Declare(&flags);
  Arguments positional;
  if (const absl::optional<int> code = ReadArguments(flags, arguments, &positional)) return *code;
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Connect(client_flags);
  if (!client.ok()) return Fail(client.status());
  const absl::StatusOr<std::string> text = Read(client->get());
  if (!text.ok()) return Fail(text.status());
  if (file.empty()) return Answer(isatty(STDOUT_FILENO) == 1 ? ShownLines(*text) : *text);
  const absl::Status written = Write(file, *text);
  return written.ok() ? kOk : Fail(written);
}

}  // namespace muster::daemon::cli
