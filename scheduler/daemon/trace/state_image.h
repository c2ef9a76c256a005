// SPDX-License-Identifier: Apache-2.0
// A whole state as bytes: with which a trace begins that does not begin with an empty one. A state
// made from them has the same ids and decides the same from there on; only what is derived
// (columns, pools) is worked out anew.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "scheduler/state/state.h"

namespace muster::daemon {

std::string ImageOf(const State& state);
// nullptr where the bytes are no image, or one that contradicts itself.
std::unique_ptr<State> StateOf(absl::string_view image);

}  // namespace muster::daemon
