// SPDX-License-Identifier: Apache-2.0
// The page: its own listener with the assets, /api/v1/... and the stream of events. It asks for no
// credentials and shows everything, so it listens on loopback, which `kubectl port-forward` reaches
// for those whom RBAC lets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "scheduler/daemon/flags.h"
#include "scheduler/daemon/http/http_server.h"
#include "scheduler/daemon/page/ticker.h"
#include "scheduler/daemon/view/questions.h"

namespace muster::daemon {

class PageServer {
 public:
  // `hosts`: names under which browsers may ask for it, besides loopback's. `questions` outlives
  // it. Errors name the address.
  static absl::StatusOr<std::unique_ptr<PageServer>> Listen(const HostPort& address,
                                                            const std::vector<std::string>& hosts,
                                                            Questions* questions,
                                                            TickPace pace = {},
                                                            HttpLimits limits = {});

  // The port really taken.
  int port() const { return server_->port(); }

 private:
  PageServer(Questions* questions, TickPace pace);

  const std::shared_ptr<EventLog> events_;
  Ticker ticker_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace muster::daemon
