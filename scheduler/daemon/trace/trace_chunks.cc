// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/trace_chunks.h"

#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>

#include "scheduler/daemon/trace/digest.h"
#include "scheduler/model/check.h"

namespace muster::daemon {
namespace {

// Kind, size unpacked, size packed, hash of what is unpacked.
constexpr size_t kHead = 1 + 4 + 4 + 8;
constexpr int kLevel = 1;
// A chunk that does not shrink grows by this at most.
constexpr size_t kLargestPacked = kLargestChunk + (size_t{64} << 10);
constexpr int kWindowLog = 20;

void AppendLittle(uint64_t value, size_t bytes, std::string* out) {
  for (size_t i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t Little(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

ChunkPacker::ChunkPacker() : context_(ZSTD_createCCtx()) {
  MUSTER_CHECK(context_ != nullptr);
  Reset();
}

ChunkPacker::~ChunkPacker() { ZSTD_freeCCtx(context_); }

void ChunkPacker::Reset() {
  ZSTD_CCtx_reset(context_, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, kWindowLog);
}

absl::string_view ChunkPacker::Pack(ChunkKind kind, absl::string_view bytes) {
  MUSTER_CHECK(bytes.size() <= kLargestChunk);
  packed_.resize(std::max(packed_.size(), kHead + ZSTD_compressBound(bytes.size())));
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer out{packed_.data(), packed_.size(), kHead};
  while (true) {
    const size_t left = ZSTD_compressStream2(context_, &out, &in, ZSTD_e_flush);
    MUSTER_CHECK(ZSTD_isError(left) == 0);
    if (left == 0) break;
    packed_.resize(packed_.size() + left);
    out.dst = packed_.data();
    out.size = packed_.size();
  }
  std::string head;
  AppendLittle(static_cast<uint64_t>(kind), 1, &head);
  AppendLittle(bytes.size(), 4, &head);
  AppendLittle(out.pos - kHead, 4, &head);
  AppendLittle(Hash64(bytes), 8, &head);
  packed_.replace(0, kHead, head);
  return absl::string_view(packed_).substr(0, out.pos);
}

std::string ReadBytes(int file, size_t size) {
  std::string bytes(size, '\0');
  size_t has = 0;
  while (has < size) {
    const ssize_t more = read(file, bytes.data() + has, size - has);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    has += static_cast<size_t>(more);
  }
  bytes.resize(has);
  return bytes;
}

ChunkReader::ChunkReader(int file) : file_(file), context_(ZSTD_createDCtx()) {
  MUSTER_CHECK(context_ != nullptr);
  ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLog);
}

ChunkReader::~ChunkReader() { ZSTD_freeDCtx(context_); }

ChunkReader::Found ChunkReader::Next() {
  const std::string head = ReadBytes(file_, kHead);
  if (head.empty()) return Found::kEnd;
  if (head.size() < kHead) return Found::kCut;
  const absl::string_view view = head;
  const auto kind = static_cast<uint8_t>(view[0]);
  const size_t size = Little(view.substr(1, 4));
  const size_t packed = Little(view.substr(5, 4));
  if (kind > static_cast<uint8_t>(ChunkKind::kImage) || size > kLargestChunk ||
      packed > kLargestPacked) {
    return Found::kDamaged;
  }
  packed_ = ReadBytes(file_, packed);
  if (packed_.size() < packed) return Found::kCut;
  bytes_.resize(size);
  if (!Unpack(packed_) || Hash64(bytes_) != Little(view.substr(9, 8))) return Found::kDamaged;
  kind_ = static_cast<ChunkKind>(kind);
  place_ += static_cast<int64_t>(kHead + packed);
  return Found::kChunk;
}

bool ChunkReader::Unpack(absl::string_view packed) {
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{bytes_.data(), bytes_.size(), 0};
  while (in.pos < in.size || out.pos < out.size) {
    const size_t before = in.pos + out.pos;
    const size_t left = ZSTD_decompressStream(context_, &out, &in);
    if (ZSTD_isError(left) != 0 || in.pos + out.pos == before) return false;
  }
  return true;
}

}  // namespace muster::daemon
