// SPDX-License-Identifier: Apache-2.0
// The annotations muster.dev/bound-* that a Binding carried into its pod, read back. The loop
// writes them; the fields are those of muster::Stamp (scheduler/model/pod.h).
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "scheduler/model/pod.h"

namespace muster::codec {

// The value of an annotation, nullopt where it is absent.
using FindAnnotation = absl::FunctionRef<absl::optional<absl::string_view>(absl::string_view key)>;

// nullopt where the stamp is absent or malformed: nobody but us may write it, so half a stamp is
// none.
std::optional<Stamp> ReadStamp(FindAnnotation find);

}  // namespace muster::codec
