// SPDX-License-Identifier: Apache-2.0
// The chunks of a trace file: each says how long it is and carries a hash of what it holds, so that
// a file that was cut or damaged reads up to there. They are one zstd stream, flushed at the end of
// each chunk: what earlier chunks held makes later ones smaller.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace muster::daemon {

// Of what one chunk holds, unpacked.
inline constexpr size_t kLargestChunk = size_t{4} << 20;

enum class ChunkKind : uint8_t {
  kOperations,
  kImage,  // a part of the image with which the file begins
};

class ChunkPacker {
 public:
  ChunkPacker();
  ~ChunkPacker();
  ChunkPacker(const ChunkPacker&) = delete;
  ChunkPacker& operator=(const ChunkPacker&) = delete;

  // Another file.
  void Reset();
  // At most kLargestChunk bytes. What is answered is valid until the next call.
  absl::string_view Pack(ChunkKind kind, absl::string_view bytes);

 private:
  ZSTD_CCtx_s* const context_;
  std::string packed_;  // grows to the largest so far
};

// Reads the chunks of one file one after the other.
class ChunkReader {
 public:
  // `file` may be at its end at any byte.
  enum class Found { kChunk, kEnd, kCut, kDamaged };

  // `path` was opened for reading; what stands in it begins at the present place.
  explicit ChunkReader(int file);
  ~ChunkReader();
  ChunkReader(const ChunkReader&) = delete;
  ChunkReader& operator=(const ChunkReader&) = delete;

  Found Next();
  // Of the last chunk; valid until the next.
  ChunkKind kind() const { return kind_; }
  absl::string_view bytes() const { return bytes_; }
  // Bytes of the file that were read in whole chunks.
  int64_t place() const { return place_; }

 private:
  bool Unpack(absl::string_view packed);

  const int file_;
  ZSTD_DCtx_s* const context_;
  ChunkKind kind_ = ChunkKind::kOperations;
  std::string packed_;
  std::string bytes_;
  int64_t place_ = 0;
};

// Up to `size` bytes of a file; fewer at its end.
std::string ReadBytes(int file, size_t size);

}  // namespace muster::daemon
