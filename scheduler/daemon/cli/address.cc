// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "scheduler/codec/quote.h"

namespace muster::daemon::cli {
namespace {

bool IsPort(absl::string_view text) {
  int port = 0;
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port > 0 && port <= 65535;
}

bool IsHost(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    return absl::ConsumeSuffix(&text, "]") && absl::StrContains(text, ":") &&
           text.find_first_not_of("0123456789abcdefABCDEF:.") == absl::string_view::npos;
  }
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
}

// Numbers only: a name such as 127.0.0.1.example.com is somebody else's machine.
bool IsLoopback(absl::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return absl::StartsWith(host, "127.") && std::count(host.begin(), host.end(), '.') == 3 &&
         host.find_first_not_of("0123456789.") == absl::string_view::npos;
}

}  // namespace

absl::StatusOr<Address> ReadAddress(absl::string_view text, const AddressRules& rules) {
  absl::string_view rest = text;
  const bool http = absl::ConsumePrefix(&rest, "http://");
  const bool https = !http && absl::ConsumePrefix(&rest, "https://");
  if (http || https) absl::ConsumeSuffix(&rest, "/");
  const size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos || !IsHost(rest.substr(0, colon)) ||
      !IsPort(rest.substr(colon + 1))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the daemon's address ", codec::Quoted(text),
                     ": expected HOST:PORT, https://HOST:PORT or http://127.0.0.1:PORT"));
  }
  Address address;
  address.target = std::string(rest);
  address.loopback = IsLoopback(rest.substr(0, colon));
  address.plain = http || (!https && (rules.insecure || (address.loopback && !rules.authority)));
  if (address.plain && !address.loopback) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the daemon's address ", codec::Quoted(text),
        ": expected https://, since questions go in the clear only inside this machine"));
  }
  return address;
}

}  // namespace muster::daemon::cli
