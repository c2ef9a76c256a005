// SPDX-License-Identifier: Apache-2.0
// Times as annotations carry them: RFC 3339 in UTC, "2026-11-24T10:00:00.25+00:00", the fraction
// as long as it need be. Each bound pod has one written and one read: absl's FormatTime and
// ParseTime, which know every format and time zone, take microseconds for it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace muster::codec {

// As absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()).
std::string FormatRfc3339(absl::Time time);
// As absl::ParseTime(absl::RFC3339_full, ...): any time zone.
bool ParseRfc3339(absl::string_view text, absl::Time* time);

}  // namespace muster::codec
