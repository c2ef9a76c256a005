// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/http/http_answer.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace muster::daemon {
namespace {

absl::string_view Phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

}  // namespace

std::string AnswerHead(const Page& page, bool same, bool close, const HttpRules& rules) {
  const int status = same ? 304 : page.status;
  std::string head = absl::StrCat("HTTP/1.1 ", status, " ", Phrase(status), "\r\n");
  if (!same) absl::StrAppend(&head, "Content-Type: ", page.content_type, "\r\n");
  // A stream ends when the connection does.
  if (!same && !page.events_after) {
    absl::StrAppend(&head, "Content-Length: ", page.body.size(), "\r\n");
  }
  if (page.etag.empty()) {
    head += "Cache-Control: no-store\r\n";
  } else {
    absl::StrAppend(&head, "Cache-Control: no-cache\r\nETag: ", page.etag, "\r\n");
  }
  absl::StrAppend(&head, "X-Content-Type-Options: nosniff\r\n", rules.headers);
  if (status == 405) head += "Allow: GET, HEAD\r\n";
  if (status == 503) head += "Retry-After: 2\r\n";
  absl::StrAppend(&head, close ? "Connection: close\r\n\r\n" : "\r\n");
  return head;
}

bool Holds(absl::string_view etag, const HttpRequest& request) {
  for (absl::string_view tag : absl::StrSplit(request.if_none_match, ',')) {
    tag = absl::StripAsciiWhitespace(tag);
    if (tag == "*") return true;
    absl::ConsumePrefix(&tag, "W/");
    if (tag == etag) return true;
  }
  return false;
}

bool MayAsk(const HttpRules& rules, const HttpRequest& request) {
  if (rules.hosts.empty()) return true;
  const std::string name = HostName(request.host);
  return std::find(rules.hosts.begin(), rules.hosts.end(), name) != rules.hosts.end();
}

std::string HostRefusal(const HttpRules& rules) {
  return absl::StrCat("this is not served under that name; it is under: ",
                      absl::StrJoin(rules.hosts, " "));
}

}  // namespace muster::daemon
