// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/amounts_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {

std::string AmountsText(const Quantities& amounts) {
  std::string text;
  for (const v1::Quantity& amount : amounts) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", Shown(amount.resource()), " ",
                    Shown(amount.text()));
  }
  return text.empty() ? "-" : text;
}

std::string AmountOf(const Quantities& amounts, absl::string_view resource,
                     absl::string_view none) {
  for (const v1::Quantity& amount : amounts) {
    if (amount.resource() == resource) return Shown(amount.text());
  }
  return std::string(none);
}

std::string SpanText(const google::protobuf::Duration& span) {
  return SpanText(absl::Seconds(span.seconds()) + absl::Nanoseconds(span.nanos()));
}

std::string SpanText(absl::Duration span) {
  if (span < absl::ZeroDuration()) return "-";
  const int64_t seconds = absl::ToInt64Seconds(span);
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  if (minutes == 0) return absl::StrCat(seconds, "s");
  if (hours == 0) return absl::StrFormat("%dm%02ds", minutes, seconds % 60);
  if (hours < 48) return absl::StrFormat("%dh%02dm", hours, minutes % 60);
  return absl::StrFormat("%dd%02dh", hours / 24, hours % 24);
}

std::string MomentText(bool set, const google::protobuf::Timestamp& at) {
  if (!set) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", TimeOf(at), absl::UTCTimeZone());
}

std::string ShareText(double share) { return absl::StrFormat("%.2f", share); }

absl::Time TimeOf(const google::protobuf::Timestamp& at) {
  return absl::FromUnixSeconds(at.seconds()) + absl::Nanoseconds(at.nanos());
}

}  // namespace muster::daemon::cli
