// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/wire.h"

namespace muster::codec {

bool WireReader::Read() {
  uint64_t tag = 0;
  if (!Varint(&tag)) return false;
  field_ = static_cast<uint32_t>(tag >> 3);
  uint64_t size = 0;
  absl::string_view skipped;
  switch (tag & 7) {
    case 0: return Varint(&value_);
    case 1: return Take(8, &skipped);
    case 2: return Varint(&size) && Take(size, &bytes_);
    case 5: return Take(4, &skipped);
    default: return false;  // groups: Kubernetes has none
  }
}

bool WireReader::Varint(uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(*at_++);
    *value |= uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

bool WireReader::Take(uint64_t size, absl::string_view* out) {
  if (size > static_cast<uint64_t>(end_ - at_)) return false;
  *out = {at_, static_cast<size_t>(size)};
  at_ += size;
  return true;
}

bool WireReader::Fail() {
  ok_ = false;
  at_ = end_;
  value_ = 0;
  bytes_ = {};
  return false;
}

namespace {

char* PutVarint(uint64_t value, char* at) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

}  // namespace

void AppendField(uint32_t field, absl::string_view bytes, std::string* to) {
  char head[16];
  char* end = PutVarint(bytes.size(), PutVarint(uint64_t{field} << 3 | 2, head));
  to->append(head, static_cast<size_t>(end - head));
  to->append(bytes.data(), bytes.size());
}

}  // namespace muster::codec
