// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/rfc3339.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace muster::codec {
namespace {

constexpr absl::CivilSecond kEpoch(1970, 1, 1);
constexpr absl::string_view kPattern = "####-##-##T##:##:##";
constexpr absl::string_view kUtc = "+00:00";
constexpr size_t kNanoDigits = 9;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

bool Fits(absl::string_view text, absl::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool digit = absl::ascii_isdigit(static_cast<unsigned char>(text[i]));
    if (pattern[i] == '#' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

int Number(absl::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// The form that FormatRfc3339 writes; false for any other, which may be well-formed, too.
bool ParseOwn(absl::string_view text, absl::Time* time) {
  if (text.size() < kPattern.size() + kUtc.size() || !Fits(text, kPattern)) return false;
  absl::string_view rest = text.substr(kPattern.size());
  if (rest.substr(rest.size() - kUtc.size()) != kUtc) return false;
  rest.remove_suffix(kUtc.size());
  int64_t nanos = 0;
  if (!rest.empty()) {
    const absl::string_view digits = rest.substr(1);
    if (rest[0] != '.' || digits.empty() || digits.size() > kNanoDigits) return false;
    for (size_t i = 0; i < kNanoDigits; ++i) {
      const char c = i < digits.size() ? digits[i] : '0';
      if (c < '0' || c > '9') return false;
      nanos = nanos * 10 + (c - '0');
    }
  }
  const int year = Number(text.substr(0, 4)), month = Number(text.substr(5, 2)),
            day = Number(text.substr(8, 2)), hour = Number(text.substr(11, 2)),
            minute = Number(text.substr(14, 2)), second = Number(text.substr(17, 2));
  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  // A field out of its range was carried into the next.
  if (civil.month() != month || civil.day() != day || civil.hour() != hour ||
      civil.minute() != minute || civil.second() != second) {
    return false;
  }
  *time = absl::FromUnixSeconds(civil - kEpoch) + absl::Nanoseconds(nanos);
  return true;
}

}  // namespace

std::string FormatRfc3339(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const absl::Duration rest = time - absl::FromUnixSeconds(seconds);
  const absl::CivilSecond civil = kEpoch + seconds;
  const bool usual = civil.year() >= 1000 && civil.year() <= 9999 &&
                     rest == absl::Trunc(rest, absl::Nanoseconds(1));
  if (!usual) return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
  const auto two = [](int value) { return absl::Dec(value, absl::kZeroPad2); };
  std::string text =
      absl::StrCat(civil.year(), "-", two(civil.month()), "-", two(civil.day()), "T");
  absl::StrAppend(&text, two(civil.hour()), ":", two(civil.minute()), ":", two(civil.second()));
  if (const int64_t nanos = absl::ToInt64Nanoseconds(rest); nanos != 0) {
    absl::StrAppend(&text, ".", absl::StrCat(kNanosPerSecond + nanos).substr(1));
    while (text.back() == '0') text.pop_back();
  }
  return text.append(kUtc.data(), kUtc.size());
}

bool ParseRfc3339(absl::string_view text, absl::Time* time) {
  return ParseOwn(text, time) || absl::ParseTime(absl::RFC3339_full, text, time, nullptr);
}

}  // namespace muster::codec
