// SPDX-License-Identifier: Apache-2.0
// What shells need to complete commands, flags and their values. The scripts ask this binary
// (`muster __complete WORD...`, the last one being what is typed so far), so they know what it
// knows, whatever its version.
#pragma once

#include "scheduler/daemon/flags.h"

namespace muster::daemon::cli {

// Prints the script for bash, zsh or fish.
int Completion(const Arguments& arguments);

// The words as typed: bash takes --output=json for three words, of which it wants the last alone.
Arguments WordsOfShell(Arguments words);

}  // namespace muster::daemon::cli
