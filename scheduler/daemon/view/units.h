// SPDX-License-Identifier: Apache-2.0
// Amounts and times as muster.v1 has them.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/model/amounts.h"

namespace muster::daemon {

using QuantityList = google::protobuf::RepeatedPtrField<v1::Quantity>;

// Of every resource with an amount other than `left_out`, in the order of columns.
void AddQuantities(const ResourceTable& resources, const Amounts& amounts, int64_t left_out,
                   QuantityList* out);
// Of every resource that the cluster has or the amounts name: zeros are told, too.
void AddQuantitiesOf(const ResourceTable& resources, const Amounts& cluster, const Amounts& amounts,
                     QuantityList* out);

google::protobuf::Timestamp Timestamp(absl::Time time);
google::protobuf::Duration Span(absl::Duration duration);

// The largest part of `total` that is taken of a resource, for people; which one, in `column`.
// Something that the cluster has none of counts as all of it.
double DominantPart(const Amounts& taken, const Amounts& total, uint32_t* column);

}  // namespace muster::daemon
