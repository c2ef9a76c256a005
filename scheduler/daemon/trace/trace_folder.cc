// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "scheduler/daemon/trace/trace_format.h"

namespace muster::daemon {
namespace {

constexpr char kPrefix[] = "muster-";
constexpr char kSuffix[] = ".trace";

absl::Status Failed(absl::string_view path, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// 0: the name is none of ours.
uint64_t NumberOf(absl::string_view name) {
  uint64_t number = 0;
  if (!absl::ConsumePrefix(&name, kPrefix) || !absl::ConsumeSuffix(&name, kSuffix)) return 0;
  return absl::SimpleAtoi(name, &number) ? number : 0;
}

using Numbered = std::vector<std::pair<uint64_t, std::string>>;

absl::StatusOr<Numbered> FilesOf(const std::string& folder) {
  std::error_code error;
  Numbered files;
  for (std::filesystem::directory_iterator each(folder, error), end; !error && each != end;
       each.increment(error)) {
    const uint64_t number = NumberOf(each->path().filename().string());
    if (number > 0) files.emplace_back(number, each->path().string());
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat(folder, ": cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> TraceFiles(const std::string& folder) {
  absl::StatusOr<Numbered> files = FilesOf(folder);
  if (!files.ok()) return files.status();
  std::vector<std::string> paths;
  for (auto& [number, path] : *files) paths.push_back(std::move(path));
  return paths;
}

absl::StatusOr<std::unique_ptr<TraceFolder>> TraceFolder::Open(const RecordSettings& settings) {
  if (mkdir(settings.folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed(settings.folder, "cannot be made");
  }
  const int lock = open(settings.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) return Failed(settings.folder, "cannot be opened as a folder");
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return absl::UnavailableError(absl::StrCat(settings.folder, ": another process records there"));
  }
  return std::unique_ptr<TraceFolder>(new TraceFolder(settings, lock));
}

TraceFolder::~TraceFolder() {
  EndFile();
  close(lock_);
}

void TraceFolder::EndFile() {
  if (file_ >= 0) close(file_);
  file_ = -1;
}

absl::Status TraceFolder::MakeRoom() {
  const absl::StatusOr<Numbered> files = FilesOf(settings_.folder);
  if (!files.ok()) return files.status();
  const uint64_t last = files->empty() ? 0 : files->back().first;
  path_ = absl::StrCat(settings_.folder, "/", kPrefix, absl::StrFormat("%08d", last + 1), kSuffix);
  for (size_t i = 0; i + static_cast<size_t>(settings_.files) <= files->size(); ++i) {
    if (unlink((*files)[i].second.c_str()) != 0 && errno != ENOENT) {
      return Failed((*files)[i].second, "cannot be removed");
    }
  }
  return absl::OkStatus();
}

absl::Status TraceFolder::BeginFile() {
  EndFile();
  const absl::Status room = MakeRoom();
  if (!room.ok()) return room;
  file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ < 0) return Failed(path_, "cannot be made");
  bytes_ = 0;
  packer_.Reset();
  return Write(FirstLine());
}

absl::Status TraceFolder::Append(ChunkKind kind, absl::string_view bytes) {
  if (file_ < 0) return absl::FailedPreconditionError("no trace file was begun");
  while (!bytes.empty()) {
    const absl::string_view part = bytes.substr(0, kLargestChunk);
    const absl::Status written = Write(packer_.Pack(kind, part));
    if (!written.ok()) return written;
    bytes.remove_prefix(part.size());
  }
  return absl::OkStatus();
}

absl::Status TraceFolder::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = write(file_, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      const absl::Status failed = Failed(path_, "cannot be written");
      EndFile();
      return failed;
    }
    bytes_ += size;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return absl::OkStatus();
}

}  // namespace muster::daemon
