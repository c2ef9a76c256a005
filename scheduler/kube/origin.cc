// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/origin.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/quote.h"

namespace muster::kube {
namespace {

// Splits "host", "host:port", "[address]" or "[address]:port".
bool Split(absl::string_view authority, Origin* out) {
  absl::string_view port;
  if (absl::StartsWith(authority, "[")) {
    const size_t end = authority.find(']');
    if (end == absl::string_view::npos) return false;
    out->host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && !absl::ConsumePrefix(&port, ":")) return false;
  } else {
    const size_t colon = authority.find(':');
    out->host = std::string(authority.substr(0, colon));
    if (colon != absl::string_view::npos) port = authority.substr(colon + 1);
  }
  if (authority.back() == ':') return false;
  if (!port.empty()) out->port = std::string(port);
  int number = 0;
  return !out->host.empty() && absl::SimpleAtoi(out->port, &number) && number > 0 && number < 65536;
}

}  // namespace

absl::StatusOr<Origin> ParseOrigin(absl::string_view url) {
  const auto malformed = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat(codec::Quoted(url), ": expected https://HOST[:PORT][/PREFIX]"));
  };
  Origin origin;
  absl::string_view rest = url;
  if (absl::ConsumePrefix(&rest, "http://")) {
    origin.tls = false;
  } else if (!absl::ConsumePrefix(&rest, "https://")) {
    return malformed();
  }
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '?' && c != '#' && c != '@';
  });
  const size_t slash = rest.find('/');
  const absl::string_view authority = rest.substr(0, slash);
  if (!plain || authority.empty()) return malformed();
  if (slash != absl::string_view::npos) {
    origin.prefix = std::string(absl::StripSuffix(rest.substr(slash), "/"));
  }
  origin.authority = std::string(authority);
  origin.port = origin.tls ? "443" : "80";
  if (!Split(authority, &origin)) return malformed();
  return origin;
}

}  // namespace muster::kube
