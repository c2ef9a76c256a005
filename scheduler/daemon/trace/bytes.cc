// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/trace/bytes.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace muster::daemon {
namespace {

// What a text begins with; more is the number of a known one and kFirstKnown.
constexpr uint64_t kNewText = 0;
constexpr uint64_t kFirstKnown = 1;
// What a name begins with: kUuid, or the length of what it shares and kShared.
constexpr uint64_t kUuid = 0;
constexpr uint64_t kShared = 1;

// How a duration is told, or how far a time is from the present; and a time that is a whole second.
enum TimeForm : uint8_t { kNanos, kSeconds, kPast, kFuture, kFull, kWholeSecond };

constexpr size_t kUuidText = 36;
constexpr size_t kUuidBytes = 16;
// The finest that absl knows.
absl::Duration Quarter() { return absl::Nanoseconds(1) / 4; }

// -1: no lower-case digit.
int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// As Kubernetes writes it: lower case, dashes after 8, 12, 16 and 20 digits.
bool ToUuid(absl::string_view text, char* bytes) {
  if (text.size() != kUuidText) return false;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash && text[i] != '-') return false;
    if (dash) continue;
    const int digit = Digit(text[i]);
    if (digit < 0) return false;
    const int high = digits % 2 == 0 ? 0 : bytes[digits / 2] << 4;
    bytes[digits++ / 2] = static_cast<char>(high | digit);
  }
  return true;
}

std::string FromUuid(absl::string_view bytes) {
  const std::string digits = absl::BytesToHexString(bytes);
  return absl::StrCat(digits.substr(0, 8), "-", digits.substr(8, 4), "-", digits.substr(12, 4), "-",
                      digits.substr(16, 4), "-", digits.substr(20));
}

// Whatever a trace claims, a sum is no undefined behaviour.
int64_t Wrapped(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

}  // namespace

void Sink::LargeNumber(uint64_t value) {
  char digits[10];
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) digits[size++] = static_cast<char>(value | 0x80);
  digits[size++] = static_cast<char>(value);
  bytes_.append(digits, size);
}

void Sink::Signed(int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  Number((bits << 1) ^ (value < 0 ? ~uint64_t{0} : 0));
}

void Sink::Raw(absl::string_view text) {
  Number(text.size());
  bytes_.append(text.data(), text.size());
}

void Sink::Text(absl::string_view text) {
  const auto known = texts_.find(text);
  if (known != texts_.end()) return Number(known->second + kFirstKnown);
  if (texts_.size() == kKnownTexts) texts_.clear();
  texts_.emplace(text, static_cast<uint32_t>(texts_.size()));
  Number(kNewText);
  Raw(text);
}

void Sink::Name(absl::string_view text, absl::string_view like) {
  char uuid[kUuidBytes];
  if (ToUuid(text, uuid)) {
    Number(kUuid);
    bytes_.append(uuid, kUuidBytes);
    return;
  }
  const auto shared = static_cast<size_t>(
      std::mismatch(text.begin(), text.end(), like.begin(), like.end()).first - text.begin());
  Number(shared + kShared);
  Raw(text.substr(shared));
}

void Sink::Duration(absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return Byte(kFuture);
  if (duration == -absl::InfiniteDuration()) return Byte(kPast);
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  if (rest == absl::ZeroDuration()) {
    Byte(kSeconds);
    return Signed(seconds);
  }
  const int64_t nanos = absl::ToInt64Nanoseconds(duration);
  if (absl::Nanoseconds(nanos) == duration) {
    Byte(kNanos);
    return Signed(nanos);
  }
  Byte(kFull);
  Signed(seconds);
  Signed(rest / Quarter());
}

void Sink::Time(absl::Time time) {
  if (time == absl::InfiniteFuture()) return Byte(kFuture);
  if (time == absl::InfinitePast()) return Byte(kPast);
  const int64_t seconds = absl::ToUnixSeconds(time);
  if (time == absl::FromUnixSeconds(seconds)) {
    Byte(kWholeSecond);
    return Signed(Wrapped(seconds, -absl::ToUnixSeconds(now_)));
  }
  Duration(time - now_);
}

uint8_t Source::Byte() {
  if (rest_.empty()) {
    Fail();
    return 0;
  }
  const auto value = static_cast<uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

uint64_t Source::Number() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const uint8_t byte = Byte();
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

int64_t Source::Signed() {
  const uint64_t bits = Number();
  return static_cast<int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~uint64_t{0} : 0));
}

size_t Source::Count() {
  const uint64_t count = Number();
  if (count <= rest_.size()) return count;
  Fail();
  return 0;
}

std::string Source::Raw(size_t size) {
  if (size > rest_.size()) {
    Fail();
    return "";
  }
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

std::string Source::Text() {
  const uint64_t which = Number();
  if (which != kNewText) {
    if (which - kFirstKnown < texts_.size()) return texts_[which - kFirstKnown];
    Fail();
    return "";
  }
  std::string text = Raw(Count());
  if (texts_.size() == kKnownTexts) texts_.clear();
  texts_.push_back(text);
  return text;
}

std::string Source::Name(absl::string_view like) {
  const uint64_t form = Number();
  if (form == kUuid) {
    const std::string bytes = Raw(kUuidBytes);
    return ok_ ? FromUuid(bytes) : "";
  }
  if (form - kShared > like.size()) {
    Fail();
    return "";
  }
  return absl::StrCat(like.substr(0, form - kShared), Raw(Count()));
}

absl::Duration Source::Duration() {
  switch (Byte()) {
    case kNanos: return absl::Nanoseconds(Signed());
    case kSeconds: return absl::Seconds(Signed());
    case kPast: return -absl::InfiniteDuration();
    case kFuture: return absl::InfiniteDuration();
    case kFull: {
      const int64_t seconds = Signed();
      return absl::Seconds(seconds) + Signed() * Quarter();
    }
    default: Fail(); return absl::ZeroDuration();
  }
}

absl::Time Source::Time() {
  const uint8_t form = rest_.empty() ? uint8_t{kNanos} : static_cast<uint8_t>(rest_.front());
  if (form == kPast || form == kFuture) {
    Byte();
    return form == kPast ? absl::InfinitePast() : absl::InfiniteFuture();
  }
  if (form == kWholeSecond) {
    Byte();
    return absl::FromUnixSeconds(Wrapped(Signed(), absl::ToUnixSeconds(now_)));
  }
  return now_ + Duration();
}

}  // namespace muster::daemon
