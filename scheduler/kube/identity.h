// SPDX-License-Identifier: Apache-2.0
// Who we are in the Lease. A daemon that was killed and started again in the same place is the same
// holder, and goes on at once instead of waiting for its own lease to expire.
//
// The name is <hostname>_<place>, place being this boot of this machine and its network namespace:
// a container that restarts in its pod keeps both, no two pods share them. Only one process in the
// place may bear the name: the kernel keeps an abstract socket for it and frees it when the process
// ends. Whoever finds it taken adds a random suffix and is just another candidate.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace muster::kube {

class Identity {
 public:
  // `lease` ("namespace/name") and `server` tell elections apart.
  Identity(absl::string_view lease, absl::string_view server);
  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  const std::string& name() const { return name_; }

 private:
  int socket_ = -1;
  std::string name_;
};

}  // namespace muster::kube
