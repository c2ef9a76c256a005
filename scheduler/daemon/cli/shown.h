// SPDX-License-Identifier: Apache-2.0
// Text from the cluster as it may stand in a terminal. Names, labels and messages are written by
// tenants: an escape sequence in one must not move the cursor of who looks at it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::daemon::cli {

// One line: control characters (also those of two bytes, which some terminals obey), marks that
// turn the direction of writing, invisible ones and bytes that are no UTF-8 as "\x1b", "\u202e".
std::string Shown(absl::string_view text);

// The same of a text of many lines: line feeds and tabs stay.
std::string ShownLines(absl::string_view text);

// Columns that a text without control characters takes: 2 for wide characters, 0 for combining.
size_t Columns(absl::string_view text);

// Cut to so many columns, with "…" for what is missing; never in the middle of a character.
std::string Cut(absl::string_view text, size_t columns);

}  // namespace muster::daemon::cli
