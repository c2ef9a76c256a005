// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// One YAML document as a tree that knows where everything stood, so that every later complaint can
// name a line and a column.
//
// Scalars stay the text they were written as, with a flag for quotes: what a value means is decided
// by the field that it is read for (yaml_reader.h), so nothing turns into a boolean or an octal
// number by its looks. Refused, because they are mistakes or attacks here: syntax errors, duplicate
// keys, keys that are not scalars, a second document, tags, control characters and broken UTF-8,
// nesting deeper than kYamlDepth, text longer than kYamlBytes. Aliases are written out (with the
// marks of their anchor), up to kYamlCopied bytes in all: no text can grow into a larger tree.
//
// Errors are InvalidArgument, "FILE:LINE:COLUMN: what is wrong". Built on libyaml's events: its own
// tree loader takes quadratic time on deep nesting.
namespace muster::codec {

inline constexpr size_t kYamlDepth = 64;
inline constexpr size_t kYamlBytes = size_t{64} << 20;
inline constexpr size_t kYamlCopied = size_t{1} << 20;

// Where something stood; lines and columns count from 1, columns in characters. 0: nowhere.
struct Mark {
  size_t line = 0;
  size_t column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// "FILE:LINE:COLUMN: message".
std::string At(absl::string_view file, Mark mark, absl::string_view message);

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;  // kNull: an absent value, `~` or `null`
  Mark mark;
  std::string text;     // kScalar, kNull: as written
  bool quoted = false;  // kScalar: "1" is text, 1 may be a number; block scalars are quoted, too
  std::vector<YamlNode> items;     // kSequence
  std::vector<YamlEntry> entries;  // kMapping, in the order of the text

  // nullptr where this is no mapping or has no such key.
  const YamlNode* Find(absl::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Mark mark;  // of the key
  YamlNode value;
};

// `file` is only named in errors. An empty text gives a kNull node.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view file, absl::string_view text);

}  // namespace muster::codec
