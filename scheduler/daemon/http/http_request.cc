// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace muster::daemon {
namespace {

bool IsToken(absl::string_view text) {
  static constexpr absl::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           kPunctuation.find(c) != absl::string_view::npos;
  });
}

bool IsPrintable(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// The method, target and version; 0 or the status to answer.
int ParseRequestLine(absl::string_view line, HttpRequest* request) {
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  if (parts.size() != 3 || !IsToken(parts[0]) || !IsPrintable(parts[1])) return 400;
  if (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0") {
    return absl::StartsWith(parts[2], "HTTP/") ? 505 : 400;
  }
  request->method = std::string(parts[0]);
  request->keep_alive = parts[2] == "HTTP/1.1";
  absl::string_view target = parts[1];
  if (absl::ConsumePrefix(&target, "http://")) {
    const size_t slash = target.find('/');
    target = slash == absl::string_view::npos ? "/" : target.substr(slash);
  }
  if (target.empty() || (target[0] != '/' && target != "*")) return 400;
  const size_t question = target.find('?');
  request->path = std::string(target.substr(0, question));
  if (question != absl::string_view::npos) {
    request->query = std::string(target.substr(question + 1));
  }
  return 0;
}

struct Seen {
  bool host = false;
  bool length = false;
};

int ParseField(absl::string_view line, HttpRequest* request, Seen* seen) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || !IsToken(line.substr(0, colon))) return 400;
  const absl::string_view name = line.substr(0, colon);
  const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
  const bool controls = std::any_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t';
  });
  if (controls) return 400;
  if (absl::EqualsIgnoreCase(name, "host")) {
    if (std::exchange(seen->host, true)) return 400;
    request->host = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "content-length")) {
    const bool digits = std::all_of(value.begin(), value.end(), absl::ascii_isdigit);
    if (std::exchange(seen->length, true) || !digits ||
        !absl::SimpleAtoi(value, &request->body_bytes)) {
      return 400;
    }
  } else if (absl::EqualsIgnoreCase(name, "transfer-encoding")) {
    return 501;
  } else if (absl::EqualsIgnoreCase(name, "if-none-match")) {
    request->if_none_match = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "last-event-id")) {
    request->last_event_id = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "connection")) {
    for (absl::string_view option : absl::StrSplit(value, ',')) {
      option = absl::StripAsciiWhitespace(option);
      if (absl::EqualsIgnoreCase(option, "close")) request->keep_alive = false;
    }
  }
  return 0;
}

}  // namespace

size_t HeadSize(absl::string_view buffer) {
  const size_t end = buffer.find("\r\n\r\n");
  return end == absl::string_view::npos ? end : end + 4;
}

std::string HostName(absl::string_view host) {
  const bool bracket = absl::StartsWith(host, "[");
  const size_t end = bracket ? host.find(']') : host.find(':');
  absl::string_view port;
  if (bracket) {
    if (end == absl::string_view::npos) return "";
    port = host.substr(end + 1);
    host = host.substr(0, end + 1);
  } else if (end != absl::string_view::npos) {
    port = host.substr(end);
    host = host.substr(0, end);
  }
  if (!port.empty() && !absl::ConsumePrefix(&port, ":")) return "";
  if (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit)) return "";
  return absl::AsciiStrToLower(host);
}

int ParseHead(absl::string_view head, HttpRequest* request) {
  absl::ConsumeSuffix(&head, "\r\n\r\n");
  const std::vector<absl::string_view> lines = absl::StrSplit(head, "\r\n");
  int status = ParseRequestLine(lines[0], request);
  const bool needs_host = request->keep_alive;
  Seen seen;
  for (size_t i = 1; i < lines.size() && status == 0; ++i) {
    status = ParseField(lines[i], request, &seen);
  }
  if (status == 0 && needs_host && !seen.host) status = 400;
  return status;
}

}  // namespace muster::daemon
