// SPDX-License-Identifier: Apache-2.0
// Walks the fields of a protobuf message without decoding what is inside them: enough to find the
// items of a list of a thousand pods as views, or the few fields that matter of a pod.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace muster::codec {

class WireReader {
 public:
  explicit WireReader(absl::string_view message)
      : at_(message.data()), end_(message.data() + message.size()), from_(at_) {}

  // Moves to the next field; false at the end or at a malformed one (ok() tells which).
  bool Next() {
    from_ = at_;
    value_ = 0;
    // Nearly all are a short text or message with a low number: two bytes, then as many as the
    // second says.
    if (end_ - at_ >= 2 && (at_[0] & 0x87) == 2 && (at_[1] & 0x80) == 0 &&
        end_ - at_ - 2 >= at_[1]) {
      field_ = static_cast<uint32_t>(at_[0]) >> 3;
      bytes_ = {at_ + 2, static_cast<size_t>(at_[1])};
      at_ += 2 + at_[1];
      return true;
    }
    bytes_ = {};
    return at_ != end_ && (Read() || Fail());
  }
  uint32_t field() const { return field_; }
  // Of a length-delimited field; empty for the others.
  absl::string_view bytes() const { return bytes_; }
  // Of a varint; zero for the others.
  uint64_t value() const { return value_; }
  // The field as it stands, with its tag.
  absl::string_view whole() const { return {from_, static_cast<size_t>(at_ - from_)}; }
  bool ok() const { return ok_; }

 private:
  bool Read();
  bool Varint(uint64_t* value);
  bool Take(uint64_t size, absl::string_view* out);
  bool Fail();

  const char* at_;
  const char* end_;
  const char* from_;  // of the current field
  uint32_t field_ = 0;
  absl::string_view bytes_;
  uint64_t value_ = 0;
  bool ok_ = true;
};

// Appends a length-delimited field.
void AppendField(uint32_t field, absl::string_view bytes, std::string* to);

}  // namespace muster::codec
