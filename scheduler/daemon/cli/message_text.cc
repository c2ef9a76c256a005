// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/message_text.h"

#include <google/protobuf/util/json_util.h>
#include <simdjson.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "scheduler/daemon/cli/shown.h"

namespace muster::daemon::cli {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Whether a plain scalar cannot be read as anything but this text. What looks like a number, a
// date, a boolean or a null (in YAML 1.1, too) is quoted.
bool Plain(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no", "on",
                                                 "off",  "null",  "y",   "n"};
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  const std::string lower = absl::AsciiStrToLower(text);
  if (std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/';
  });
}

// The escapes of shown.h are those of YAML's double-quoted scalars.
std::string Scalar(const element& value) {
  if (!value.is_string()) return simdjson::minify(value);
  const std::string_view read = value.get_string().value_unsafe();
  const absl::string_view text(read.data(), read.size());
  if (Plain(text)) return std::string(text);
  return absl::StrCat("\"", Shown(absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}})),
                      "\"");
}

void Write(const element& value, size_t depth, std::string* out);

void WriteFields(const simdjson::dom::object& object, size_t depth, bool first_indented,
                 std::string* out) {
  for (const simdjson::dom::key_value_pair field : object) {
    if (!first_indented) out->append(depth * 2, ' ');
    first_indented = false;
    absl::StrAppend(out, absl::string_view(field.key.data(), field.key.size()), ":");
    Write(field.value, depth, out);
  }
}

// What stands after "key:".
void Write(const element& value, size_t depth, std::string* out) {
  if (value.is_object()) {
    const simdjson::dom::object object = value.get_object().value_unsafe();
    absl::StrAppend(out, object.size() == 0 ? " {}\n" : "\n");
    WriteFields(object, depth + 1, false, out);
  } else if (value.is_array()) {
    const simdjson::dom::array array = value.get_array().value_unsafe();
    absl::StrAppend(out, array.size() == 0 ? " []\n" : "\n");
    for (const element item : array) {
      out->append(depth * 2, ' ');
      absl::StrAppend(out, "-");
      if (item.is_object() && item.get_object().value_unsafe().size() > 0) {
        absl::StrAppend(out, " ");
        WriteFields(item.get_object().value_unsafe(), depth + 1, true, out);
      } else {
        Write(item, depth + 1, out);
      }
    }
  } else {
    absl::StrAppend(out, " ", Scalar(value), "\n");
  }
}

}  // namespace

absl::StatusOr<std::string> JsonText(const google::protobuf::Message& message, bool one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !one_line;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("an answer that cannot be shown: ", Shown(std::string(status.message()))));
  }
  return absl::StrCat(text, one_line ? "\n" : "");
}

absl::StatusOr<std::string> YamlText(const google::protobuf::Message& message) {
  const absl::StatusOr<std::string> json = JsonText(message);
  if (!json.ok()) return json.status();
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(*json).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return absl::InternalError("an answer that cannot be shown as YAML");
  }
  std::string out;
  WriteFields(root.get_object().value_unsafe(), 0, false, &out);
  return out.empty() ? "{}\n" : out;
}

}  // namespace muster::daemon::cli
