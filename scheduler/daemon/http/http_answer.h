// SPDX-License-Identifier: Apache-2.0
// The head of an answer, and what of a request decides about it. Source: RFC 9110 sections 8.8.3,
// 13.1.2 and 15.
#pragma once

#include <string>

#include "scheduler/daemon/http/http_site.h"

namespace muster::daemon {

// Status line and fields, with the empty line after them. `same`: the client has the page already.
std::string AnswerHead(const Page& page, bool same, bool close, const HttpRules& rules);

// Whether the client has the page with that tag.
bool Holds(absl::string_view etag, const HttpRequest& request);

// Whether the Host that was asked for is served, and what is said where it is not.
bool MayAsk(const HttpRules& rules, const HttpRequest& request);
std::string HostRefusal(const HttpRules& rules);

}  // namespace muster::daemon
