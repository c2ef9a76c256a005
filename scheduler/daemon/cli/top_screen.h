// SPDX-License-Identifier: Apache-2.0
// What `muster top` shows: the cluster, each queue in one line, then who waits.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "muster/v1/muster.pb.h"
#include "scheduler/daemon/cli/look.h"

namespace muster::daemon::cli {

struct TopScreen {
  v1::ListQueuesResponse queues;
  v1::ListGangsResponse gangs;  // that wait or are about to
  absl::Status status;          // of the last question; the rest is then as it was before
  bool looking = false;         // for the daemon, which does not answer
  std::string found;            // who is asked, where that is another than at first
};

// `rows` lines at most (0: all); each fits look.width. `live`: the last line says how it ends,
// or what is wrong.
std::vector<std::string> TopLines(const TopScreen& screen, const Look& look, size_t rows,
                                  bool live);

}  // namespace muster::daemon::cli
