// SPDX-License-Identifier: Apache-2.0
// All that a state is, for whoever makes an image of one and a state of that again (daemon/trace).
// What is derived from it is left out: a state made from an image works it out anew.
#pragma once

#include "scheduler/state/state.h"

namespace muster {

template <typename Visit>
void State::Fields(Visit&& visit) {
  visit(scheduler_name_, resources_, roles_, nodes_, pods_, gangs_, unused_gangs_, gang_by_key_,
        config_, tree_, user_use_, user_past_, user_books_, attention_, claimed_, unseen_, running_,
        timers_, forecast_requests_, departing_, evictions_, past_runs_, recalled_claims_,
        recalled_started_, arrivals_, synced_, changed_, memory_changed_, memory_presses_,
        past_settled_);
}

}  // namespace muster
