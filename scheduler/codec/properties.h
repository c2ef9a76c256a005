// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Java Properties text, by the rules of java.util.Properties.load(Reader): Spark's driver keeps its
// resolved conf this way.
//
// Comments start with # or !; a key ends at the first unescaped '=', ':' or blank; a line that ends
// with an odd number of backslashes goes on in the next, without its leading blanks; \t \n \r \f
// and \uXXXX (a pair of surrogates makes one character) are read, any other escaped character
// stands for itself; of a key given twice the last value stands. Text is UTF-8; values are not
// trimmed at the end, as in Java. The one error is a \u without four hex digits: InvalidArgument
// with its line.
namespace muster::codec {

using Properties = std::map<std::string, std::string, std::less<>>;

absl::StatusOr<Properties> ParseProperties(absl::string_view text);

}  // namespace muster::codec
