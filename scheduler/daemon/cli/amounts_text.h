// SPDX-License-Identifier: Apache-2.0
// Amounts, spans and moments of the messages, as people read them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "muster/v1/muster.pb.h"

namespace muster::daemon::cli {

using Quantities = google::protobuf::RepeatedPtrField<v1::Quantity>;

// "cpu 36, memory 144Gi"; "-" for none.
std::string AmountsText(const Quantities& amounts);
// "144Gi" of one resource, `none` where it is not among them.
std::string AmountOf(const Quantities& amounts, absl::string_view resource,
                     absl::string_view none = "0");

// "4m10s", "2h03m", "3d04h": two units at most. An unset or negative span is "-".
std::string SpanText(const google::protobuf::Duration& span);
std::string SpanText(absl::Duration span);

// "2026-11-25 01:37:07Z"; "-" where unset.
std::string MomentText(bool set, const google::protobuf::Timestamp& at);

// Two digits behind the point: of a share.
std::string ShareText(double share);

absl::Time TimeOf(const google::protobuf::Timestamp& at);

}  // namespace muster::daemon::cli
