// SPDX-License-Identifier: Apache-2.0
// What the listeners of the page do not know yet. Kept are fingerprints of what they were told, no
// copies. What is told at once is bounded: the rest is still a difference the next time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "muster/v1/muster.pb.h"

namespace muster::daemon {

// All queues and gangs at one time.
struct Listing {
  v1::ListQueuesResponse queues;
  std::vector<v1::Gang> gangs;
  bool at_once = false;  // in one answer: nothing came or went between its parts
};

struct Difference {
  v1::ListQueuesResponse queues;  // those that changed, and what is of the whole cluster
  v1::ListGangsResponse gangs;    // those that are new or changed; `total` is of all
  v1::ListGangsResponse gone;     // namespace and name, or the path of a queue
  bool empty() const { return queues.queues_size() + gangs.gangs_size() + gone.gangs_size() == 0; }
};

class Changes {
 public:
  // Listeners have asked for all that is there: it is known.
  void Begin(const Listing& listing);
  // At most `most` gangs, those first whose state, reason or size changed: texts and places in a
  // line change for all that wait whenever one starts.
  Difference Take(const Listing& listing, size_t most);

 private:
  struct Known {
    size_t state = 0;  // fingerprint of what counts
    size_t whole = 0;  // of everything but what merely grows with time
    int missed = 0;    // listings in a row without it
  };
  static Known Fingerprint(v1::Gang gang);
  void TakeQueues(const Listing& listing, Difference* difference);
  void TakeGone(bool at_once, size_t most, Difference* difference);

  std::map<std::string, Known> gangs_;  // by "namespace/name"
  std::map<std::string, size_t> queues_;
};

}  // namespace muster::daemon
