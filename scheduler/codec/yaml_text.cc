// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/yaml_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "scheduler/codec/json_text.h"

namespace muster::codec {
namespace {

bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  if (absl::AsciiStrToLower(text) == "null") return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("-_./").find(c) != absl::string_view::npos;
  });
}

std::string Scalar(absl::string_view text) {
  return IsPlain(text) ? std::string(text) : JsonText(text);
}

}  // namespace

void YamlText::Comma() {
  if (!fresh_) out_ += ", ";
  fresh_ = false;
}

void YamlText::Begin(char bracket) {
  Comma();
  out_ += bracket;
  open_ += bracket;
  fresh_ = true;
}

void YamlText::End() {
  out_ += open_.back() == '{' ? '}' : ']';
  open_.pop_back();
  fresh_ = false;
}

void YamlText::Key(absl::string_view key) {
  Comma();
  absl::StrAppend(&out_, Scalar(key), ": ");
  fresh_ = true;
}

void YamlText::Text(absl::string_view text) {
  Comma();
  out_ += Scalar(text);
}

void YamlText::Number(int64_t number) {
  Comma();
  absl::StrAppend(&out_, number);
}

void YamlText::Billionths(int64_t billionths) {
  constexpr int64_t kBillion = 1'000'000'000;
  std::string text = absl::StrFormat("%d.%09d", billionths / kBillion, billionths % kBillion);
  text.resize(std::max(text.find_last_not_of('0') + 1, text.find('.')));
  if (text.back() == '.') text.pop_back();
  Comma();
  out_ += text;
}

void YamlText::Boolean(bool value) {
  Comma();
  out_ += value ? "true" : "false";
}

void YamlText::Duration(absl::Duration duration) {
  Comma();
  out_ += absl::FormatDuration(duration);
}

void YamlText::Amounts(const ResourceList& amounts) {
  Begin('{');
  for (const auto& [resource, amount] : amounts.entries()) Amount(resource, amount);
  End();
}

void YamlText::Amount(absl::string_view resource, int64_t amount) {
  Key(resource);
  Comma();
  out_ += AmountToString(resource, amount);
}

void YamlText::Text(absl::string_view key, absl::string_view text, absl::string_view absent) {
  if (text == absent) return;
  Key(key);
  Text(text);
}

void YamlText::Number(absl::string_view key, int64_t number, int64_t absent) {
  if (number == absent) return;
  Key(key);
  Number(number);
}

void YamlText::Boolean(absl::string_view key, bool value, bool absent) {
  if (value == absent) return;
  Key(key);
  Boolean(value);
}

void YamlText::Duration(absl::string_view key, absl::Duration duration, absl::Duration absent) {
  if (duration == absent) return;
  Key(key);
  Duration(duration);
}

void YamlText::Amounts(absl::string_view key, const ResourceList& amounts) {
  if (amounts.empty()) return;
  Key(key);
  Amounts(amounts);
}

}  // namespace muster::codec
