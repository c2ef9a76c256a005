// SPDX-License-Identifier: Apache-2.0
// Muster's memory (model/memory.h) as one JSON text, "version":"v1". Equal memories are equal
// bytes. Reading is strict: an unknown version, key or type, a missing key or a number out of range
// refuses the whole text with one message that names the place ("claims[3].rooms[0]: expected …").
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/model/memory.h"

namespace muster::codec {

// The API server takes no object above 1 MiB; the rest is for its other fields.
inline constexpr size_t kMemoryBytes = size_t{900} << 10;

// At most `limit` bytes. What is left out where all is too much, until it fits: of run times the
// older halves, again and again; then all run times and past use; then the claims that end first;
// then the rest.
std::string EncodeMemory(const Memory& memory, size_t limit = kMemoryBytes);

// InvalidArgument: what is wrong, in one line.
absl::StatusOr<Memory> DecodeMemory(absl::string_view text);

}  // namespace muster::codec
