// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/shown.h"

#include <wchar.h>

#include <clocale>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace muster::daemon::cli {
namespace {

struct Character {
  uint32_t code = 0;
  size_t bytes = 1;
  bool valid = false;
};

// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
Character CharacterAt(absl::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  Character out;
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || at + length > text.size()) return out;
  uint32_t code = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return out;
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return out;
  return {code, length, true};
}

// The C library knows how wide a character is, in a locale that knows characters; the process' own
// locale is left as it is.
int WidthOf(uint32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return code < 0x20 || (code >= 0x7F && code < 0xA0) ? -1 : 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width;
}

// Characters that show nothing and change how what is around them shows, or is copied.
bool Deceives(uint32_t code) {
  return code == 0xAD || code == 0x61C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
         code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
         (code >= 0xE0000 && code <= 0xE007F);
}

std::string Escaped(absl::string_view text, absl::string_view kept) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    const absl::string_view bytes = text.substr(at, character.bytes);
    if (!character.valid) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<uint8_t>(text[at]));
    } else if (character.code < 0x80 ? character.code >= 0x20 && character.code != 0x7F
                                     : WidthOf(character.code) >= 0 && !Deceives(character.code)) {
      absl::StrAppend(&out, bytes);
    } else if (kept.find(text[at]) != absl::string_view::npos) {
      absl::StrAppend(&out, bytes);
    } else if (character.code < 0x100) {
      absl::StrAppend(&out, character.code == '\n'   ? "\\n"
                            : character.code == '\t' ? "\\t"
                                                     : absl::StrFormat("\\x%02x", character.code));
    } else {
      absl::StrAppend(
          &out, absl::StrFormat(character.code < 0x10000 ? "\\u%04x" : "\\U%08x", character.code));
    }
    at += character.bytes;
  }
  return out;
}

size_t ColumnsOf(const Character& character) {
  if (!character.valid) return 1;
  if (character.code < 0x80) return 1;
  const int width = WidthOf(character.code);
  return width < 0 ? 0 : static_cast<size_t>(width);
}

}  // namespace

std::string Shown(absl::string_view text) { return Escaped(text, ""); }

std::string ShownLines(absl::string_view text) { return Escaped(text, "\n\t"); }

size_t Columns(absl::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    columns += ColumnsOf(character);
    at += character.bytes;
  }
  return columns;
}

std::string Cut(absl::string_view text, size_t columns) {
  if (Columns(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  size_t taken = 0;
  size_t at = 0;
  while (at < text.size()) {
    const Character character = CharacterAt(text, at);
    if (taken + ColumnsOf(character) > columns - 1) break;
    taken += ColumnsOf(character);
    at += character.bytes;
  }
  return absl::StrCat(text.substr(0, at), "…");
}

}  // namespace muster::daemon::cli
