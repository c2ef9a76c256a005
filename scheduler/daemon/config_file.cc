// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/config_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "scheduler/codec/queue_config.h"
#include "scheduler/codec/yaml.h"

namespace muster::daemon {
namespace {

absl::Status Unreadable(const std::string& path, absl::string_view why) {
  return absl::NotFoundError(absl::StrCat(path, ": cannot be read: ", why));
}

std::string IdentityOf(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return absl::StrCat("errno ", errno);
  return absl::StrCat(found.st_dev, " ", found.st_ino, " ", found.st_size, " ",
                      found.st_mtim.tv_sec, ".", found.st_mtim.tv_nsec, " ", found.st_ctim.tv_sec,
                      ".", found.st_ctim.tv_nsec);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return Unreadable(path, std::strerror(errno));
  std::string text;
  char bytes[64 << 10];
  ssize_t size;
  while ((size = read(file, bytes, sizeof(bytes))) > 0 && text.size() <= codec::kYamlBytes) {
    text.append(bytes, static_cast<size_t>(size));
  }
  const int why = errno;
  close(file);
  if (size < 0) return Unreadable(path, std::strerror(why));
  return text;
}

absl::optional<absl::StatusOr<QueueConfig>> ConfigFile::Changed() {
  std::string identity = IdentityOf(path_);
  if (identity == identity_) return absl::nullopt;
  identity_.swap(identity);
  absl::StatusOr<std::string> text = ReadFile(path_);
  absl::StatusOr<QueueConfig> config =
      text.ok() ? codec::ParseQueueConfig(path_, *text) : text.status();
  const std::string refusal(config.status().message());
  const bool again = !refusal.empty() && refusal == told_;
  told_ = refusal;
  if (again) return absl::nullopt;
  return config;
}

}  // namespace muster::daemon
