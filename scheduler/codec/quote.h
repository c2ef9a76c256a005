// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace muster::codec {

// Text from outside as it may stand in a message: in double quotes, control and non-UTF-8 bytes
// escaped, cut to `limit` bytes with "..." so that a 262144-byte annotation makes no long message.
std::string Quoted(absl::string_view text, size_t limit = 64);

// The same without the quotes, for text that is part of a path.
std::string Clipped(absl::string_view text, size_t limit = 64);

// The candidate that a mistyped `word` most likely meant (edit distance at most 2, less for short
// words; case does not count), or "" where none is near.
std::string NearestWord(absl::string_view word, const std::vector<absl::string_view>& candidates);

}  // namespace muster::codec
