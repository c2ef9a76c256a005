// SPDX-License-Identifier: Apache-2.0
// A state as a scenario: nodes, queue config, what runs where and what waits, in the format of
// test/scenarios/README.md. `muster simulate` goes on from there, so an incident becomes a test by
// copying a file.
//
// A gang is written as it is to the decision, Spark jobs, too: members of its shapes, how many of
// them it needs, on which nodes the first of them are. What is not in it: claims, back-offs, past
// use, and which fields of a pod are not supported (such a pod is written as gated, with a
// comment).
#pragma once

#include <string>

#include "absl/time/time.h"
#include "scheduler/state/state.h"

namespace muster::codec {

// Equal states give equal bytes. Its first key is `version: 1`.
std::string DumpText(const State& state, absl::Time now);
// The item of `jobs` that a gang is there; empty where it has nothing left.
std::string GangText(const State& state, const Gang& gang, absl::Time now);

}  // namespace muster::codec
