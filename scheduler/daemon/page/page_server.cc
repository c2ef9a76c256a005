// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/page/page_server.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "scheduler/daemon/page/api_pages.h"
#include "scheduler/daemon/page/assets.h"

namespace muster::daemon {
namespace {

// Several clients that wait for the scheduler at once, and one that joins the stream.
constexpr size_t kMakers = 3;
// Ticks that a client may have missed; more is cheaper to ask for anew.
constexpr size_t kEvents = 120;
constexpr size_t kEventBytes = 8 << 20;

// Nothing from elsewhere, no script or style in text, nothing that turns text into markup.
constexpr absl::string_view kHeaders =
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Frame-Options: DENY\r\n";

std::string TypeOf(absl::string_view name) {
  if (absl::EndsWith(name, ".html")) return "text/html; charset=utf-8";
  if (absl::EndsWith(name, ".css")) return "text/css; charset=utf-8";
  if (absl::EndsWith(name, ".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

void AddAssets(Pages* pages) {
  for (const Asset& asset : Assets()) {
    const std::string path =
        asset.name == "index.html" ? "/" : absl::StrCat("/assets/", asset.name);
    (*pages)[path] = [&asset](const HttpRequest&) {
      return Page{200, TypeOf(asset.name), asset.body, asset.etag};
    };
  }
}

HttpRules Rules(const HostPort& address, const std::vector<std::string>& hosts) {
  HttpRules rules;
  rules.hosts = {"localhost", "127.0.0.1", "[::1]"};
  const bool ipv6 = absl::StrContains(address.host, ":");
  rules.hosts.push_back(
      absl::AsciiStrToLower(ipv6 ? absl::StrCat("[", address.host, "]") : address.host));
  for (const std::string& host : hosts) rules.hosts.push_back(absl::AsciiStrToLower(host));
  rules.headers = std::string(kHeaders);
  rules.makers = kMakers;
  return rules;
}

}  // namespace

PageServer::PageServer(Questions* questions, TickPace pace)
    : events_(std::make_shared<EventLog>(absl::StrCat(absl::ToUnixMillis(absl::Now())), kEvents,
                                         kEventBytes)),
      ticker_(questions, events_, pace) {}

absl::StatusOr<std::unique_ptr<PageServer>> PageServer::Listen(
    const HostPort& address, const std::vector<std::string>& hosts, Questions* questions,
    TickPace pace, HttpLimits limits) {
  std::unique_ptr<PageServer> page(new PageServer(questions, pace));
  Pages pages = ApiPages(questions, pace.patience);
  AddAssets(&pages);
  pages["/api/v1/events"] = [ticker = &page->ticker_](const HttpRequest& request) {
    return ticker->Join(request);
  };
  HttpRules rules = Rules(address, hosts);
  rules.events = page->events_;
  auto server = HttpServer::Listen(address, std::move(pages), limits, std::move(rules));
  if (!server.ok()) return server.status();
  page->server_ = *std::move(server);
  return page;
}

}  // namespace muster::daemon
