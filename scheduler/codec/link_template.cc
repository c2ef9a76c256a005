// SPDX-License-Identifier: Apache-2.0
#include "scheduler/codec/link_template.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/quote.h"

namespace muster::codec {
namespace {

constexpr size_t kLongestTemplate = 1024;

struct Known {
  absl::string_view name;
  std::string LinkValues::*value;
};
constexpr Known kKnown[] = {
    {"namespace", &LinkValues::ns},     {"gang", &LinkValues::gang},   {"app", &LinkValues::app},
    {"appName", &LinkValues::app_name}, {"queue", &LinkValues::queue}, {"user", &LinkValues::user},
};

const Known* Find(absl::string_view name) {
  const auto* const found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                         [name](const Known& each) { return each.name == name; });
  return found == std::end(kKnown) ? nullptr : found;
}

std::string InBraces(absl::string_view name) { return absl::StrCat("{", name, "}"); }

std::string AllNames() {
  return absl::StrJoin(kKnown, ", ", [](std::string* out, const Known& each) {
    absl::StrAppend(out, InBraces(each.name));
  });
}

// The template cut into text and names: those at odd places stood in braces. False where braces do
// not match.
bool Cut(absl::string_view text, std::vector<absl::string_view>* parts) {
  while (true) {
    const size_t brace = text.find_first_of("{}");
    parts->push_back(text.substr(0, brace));
    if (brace == absl::string_view::npos) return true;
    const size_t end = text.find_first_of("{}", brace + 1);
    if (text[brace] == '}' || end == absl::string_view::npos || text[end] == '{') return false;
    parts->push_back(text.substr(brace + 1, end - brace - 1));
    text.remove_prefix(end + 1);
  }
}

// What an address may be written with (RFC 3986), and the braces.
bool IsAddressText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) &&
           absl::string_view("\"<>\\^`|").find(c) == absl::string_view::npos;
  });
}

bool IsHost(absl::string_view text) {
  return !text.empty() && absl::ascii_isalnum(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ||
                  c == ':';
         });
}

std::string UnknownName(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (const Known& each : kKnown) names.push_back(each.name);
  const std::string nearest = NearestWord(name, names);
  return absl::StrCat("unknown placeholder ", Quoted(InBraces(name)), "; ",
                      nearest.empty() ? absl::StrCat("expected one of ", AllNames())
                                      : absl::StrCat("did you mean ", InBraces(nearest), "?"));
}

// False where it has reported what is wrong.
bool IsTemplate(const YamlField& field, absl::string_view text) {
  absl::string_view rest = text;
  if (text.size() > kLongestTemplate || !IsAddressText(text) ||
      (!absl::ConsumePrefix(&rest, "https://") && !absl::ConsumePrefix(&rest, "http://"))) {
    field.Expected(absl::StrCat("an http or https address of at most ", kLongestTemplate,
                                " characters, such as https://history.example.com/history/{app}"));
    return false;
  }
  // A value of a tenant's must not choose whose page the link leads to.
  const absl::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (!IsHost(host)) {
    field.Error(
        absl::StrCat("expected a host after http:// or https://, without credentials and "
                     "placeholders, got ",
                     Quoted(host)));
    return false;
  }
  std::vector<absl::string_view> parts;
  if (!Cut(rest, &parts)) {
    field.Error("expected each { to be closed by a }, with a name between them");
    return false;
  }
  for (size_t i = 1; i < parts.size(); i += 2) {
    if (Find(parts[i]) != nullptr) continue;
    field.Error(UnknownName(parts[i]));
    return false;
  }
  return true;
}

std::string PercentEncoded(absl::string_view text) {
  constexpr absl::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || absl::StrContains("-._~", absl::string_view(&c, 1))) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string ReadHistory(const YamlField& field) {
  YamlMap map(field);
  if (!map.valid()) return "";
  std::string text;
  if (const auto url =
          map.Required("url", "an address such as https://history.example.com/history/{app}")) {
    text = url->Text("an address").value_or("");
    const bool scalar = url->node().kind == YamlNode::Kind::kScalar;
    if (scalar && !IsTemplate(*url, text)) text.clear();
  }
  map.Finish();
  return text;
}

std::string LinkTo(absl::string_view link_template, const LinkValues& values) {
  std::vector<absl::string_view> parts;
  if (!Cut(link_template, &parts)) return "";
  std::string link;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 0) {
      absl::StrAppend(&link, parts[i]);
      continue;
    }
    const Known* const known = Find(parts[i]);
    if (known == nullptr || (values.*known->value).empty()) return "";
    absl::StrAppend(&link, PercentEncoded(values.*known->value));
  }
  return link;
}

}  // namespace muster::codec
