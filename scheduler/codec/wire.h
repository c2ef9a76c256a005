// SPDX-License-Identifier: Apache-2.0
// Walks the fields of a protobuf message without decoding what is inside them: enough to find the
// items of a list of a thousand pods as views.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace muster::codec {

class WireReader {
 public:
  explicit WireReader(absl::string_view message) : rest_(message) {}

  // Moves to the next field; false at the end or at a malformed one (ok() tells which).
  bool Next();
  uint32_t field() const { return field_; }
  // Of a length-delimited field; empty for the others.
  absl::string_view bytes() const { return bytes_; }
  bool ok() const { return ok_; }

 private:
  bool Varint(uint64_t* value);
  bool Take(uint64_t size, absl::string_view* out);
  bool Fail();

  absl::string_view rest_;
  uint32_t field_ = 0;
  absl::string_view bytes_;
  bool ok_ = true;
};

}  // namespace muster::codec
