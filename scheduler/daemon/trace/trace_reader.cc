// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scheduler/codec/quote.h"
#include "scheduler/daemon/trace/state_image.h"
#include "scheduler/daemon/trace/trace_format.h"

namespace muster::daemon {
namespace {

constexpr size_t kLongestLine = 200;
// Beyond that an image is not one of a cluster that fits this process.
constexpr size_t kLargestImage = size_t{2} << 30;

// Up to the end of the line, which is left out; empty where there is none.
std::string ReadLine(int file) {
  std::string line;
  while (line.size() < kLongestLine) {
    const std::string byte = ReadBytes(file, 1);
    if (byte.empty()) return "";
    if (byte == "\n") return line;
    line += byte;
  }
  return "";
}

}  // namespace

TraceReader::~TraceReader() {
  if (file_ >= 0) close(file_);
}

absl::Status TraceReader::Open() {
  file_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    return absl::NotFoundError(absl::StrCat(path_, ": cannot be read: ", std::strerror(errno)));
  }
  struct stat found = {};
  if (fstat(file_, &found) != 0 || !S_ISREG(found.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": is no file"));
  }
  const std::string line = ReadLine(file_);
  first_line_ = static_cast<int64_t>(line.size()) + 1;
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words.size() < 4 || words[0] != "muster" || words[1] != "trace") {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": is no trace of muster (its first line would say so)"));
  }
  const std::string expected = FirstLine().substr(0, FirstLine().size() - 1);
  const std::vector<std::string> ours = absl::StrSplit(expected, ' ');
  if (words[2] != ours[2] || words[3] != ours[3]) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": was written by another version (", codec::Clipped(line),
                     "); this one reads what it wrote itself (", expected, ")"));
  }
  chunks_ = std::make_unique<ChunkReader>(file_);
  return absl::OkStatus();
}

bool TraceReader::Damaged() {
  ending_ = Ending::kDamaged;
  at_end_ = true;
  return false;
}

bool TraceReader::NextChunk() {
  if (std::exchange(chunk_waits_, false)) return true;
  switch (chunks_->Next()) {
    case ChunkReader::Found::kChunk: return true;
    case ChunkReader::Found::kDamaged: return Damaged();
    case ChunkReader::Found::kCut:
    case ChunkReader::Found::kEnd: break;
  }
  at_end_ = true;
  ending_ = Ending::kCut;
  return false;
}

std::unique_ptr<State> TraceReader::Begin() {
  if (!NextChunk()) return nullptr;
  decoder_.Feed(chunks_->bytes());
  const State none("");
  Operation first;
  const bool read = decoder_.Next(none, &first);
  const auto* begin = read ? std::get_if<TraceBegin>(&first.what) : nullptr;
  if (begin == nullptr) {
    Damaged();
    return nullptr;
  }
  if (!begin->from_image) return std::make_unique<State>(begin->scheduler_name);
  std::string image;
  while (NextChunk() && chunks_->kind() == ChunkKind::kImage) {
    image.append(chunks_->bytes().data(), chunks_->bytes().size());
    if (image.size() > kLargestImage) break;
  }
  if (ending_ == Ending::kDamaged) return nullptr;
  chunk_waits_ = !at_end_;
  std::unique_ptr<State> state = StateOf(image);
  // An image that was cut is part of a file that was.
  if (state == nullptr && !at_end_) Damaged();
  return state;
}

bool TraceReader::Next(const State& before, Operation* operation) {
  while (!at_end_) {
    if (decoder_.Next(before, operation)) {
      if (const auto* lost = std::get_if<TraceLost>(&operation->what)) {
        ending_ = Ending::kLost;
        why_lost_ = lost->why;
        at_end_ = true;
      } else if (const auto* end = std::get_if<TraceEnd>(&operation->what)) {
        ending_ = end->goes_on ? Ending::kGoesOn : Ending::kEnded;
        at_end_ = true;
      } else {
        return !std::holds_alternative<TraceBegin>(operation->what) || Damaged();
      }
      return false;
    }
    if (!decoder_.ok()) return Damaged();
    if (!NextChunk()) return false;
    if (chunks_->kind() == ChunkKind::kImage) return Damaged();
    decoder_.Feed(chunks_->bytes());
  }
  return false;
}

std::string TraceReader::Complaint() const {
  const int64_t place = first_line_ + (chunks_ == nullptr ? 0 : chunks_->place());
  switch (ending_) {
    case Ending::kEnded:
    case Ending::kGoesOn: return "";
    case Ending::kLost:
      return absl::StrCat(path_, ": recording stopped here: ", codec::Clipped(why_lost_, 200));
    case Ending::kCut:
      return absl::StrCat(path_, ": is cut after byte ", place,
                          ": it was not closed, or its end is missing");
    case Ending::kDamaged:
      return absl::StrCat(path_, ": is damaged after byte ", place,
                          ": what follows is not what was written");
  }
  return "";
}

}  // namespace muster::daemon
