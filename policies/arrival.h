// SPDX-License-Identifier: Apache-2.0
// Arrival, the last word of every order: creation time, then namespace/name, then the opener's UID,
// so that a restarted daemon orders like the one before it.
#pragma once

#include <tuple>

#include "scheduler/model/gang.h"

namespace muster {

inline bool ArrivedBefore(const Gang& a, const Gang& b) {
  return std::tie(a.created, a.ns, a.name, a.opener_uid) <
         std::tie(b.created, b.ns, b.name, b.opener_uid);
}

}  // namespace muster
