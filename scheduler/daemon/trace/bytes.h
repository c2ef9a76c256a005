// SPDX-License-Identifier: Apache-2.0
// The bytes of a trace: numbers as varints, times against the present, texts that come again as
// numbers. A Sink and the Source of what it wrote go through the same states (present, texts known
// so far), so both must be asked for the same things in the same order.
//
// A Source never reads past its end and never fails loudly: after the first thing that cannot be
// read it is not ok(), and everything read from then on is empty.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::daemon {

// So many texts are known at most; then all are forgotten.
inline constexpr size_t kKnownTexts = size_t{1} << 16;

class Sink {
 public:
  const std::string& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  std::string Take() { return std::exchange(bytes_, {}); }
  void Clear() { bytes_.clear(); }
  void ForgetTexts() { texts_.clear(); }

  absl::Time now() const { return now_; }
  void SetNow(absl::Time now) { now_ = now; }

  void Byte(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Number(uint64_t value) {
    if (value < 0x80) return Byte(static_cast<uint8_t>(value));  // most are
    LargeNumber(value);
  }
  void Signed(int64_t value);
  // One that may come again.
  void Text(absl::string_view text);
  // One that is like no other but for its beginning, which it may share with `like`.
  void Name(absl::string_view text, absl::string_view like);
  void Time(absl::Time time);
  void Duration(absl::Duration duration);

 private:
  void LargeNumber(uint64_t value);
  void Raw(absl::string_view text);

  std::string bytes_;
  absl::Time now_ = absl::UnixEpoch();
  absl::flat_hash_map<std::string, uint32_t> texts_;
};

class Source {
 public:
  Source() = default;

  // Goes on with these bytes, which outlive it; what is known stays.
  void Feed(absl::string_view bytes) { rest_ = bytes; }
  void ForgetTexts() { texts_.clear(); }
  bool ok() const { return ok_; }
  void Fail() {
    ok_ = false;
    rest_ = {};
  }
  bool empty() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }

  absl::Time now() const { return now_; }
  void SetNow(absl::Time now) { now_ = now; }

  uint8_t Byte();
  uint64_t Number();
  int64_t Signed();
  std::string Text();
  std::string Name(absl::string_view like);
  absl::Time Time();
  absl::Duration Duration();
  // Of things that take at least a byte each.
  size_t Count();

  // Nesting, which a stack has only so much of.
  static constexpr int kDeepest = 64;
  int depth = 0;

 private:
  std::string Raw(size_t size);

  absl::string_view rest_;
  bool ok_ = true;
  absl::Time now_ = absl::UnixEpoch();
  std::vector<std::string> texts_;
};

}  // namespace muster::daemon
