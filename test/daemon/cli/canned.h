// SPDX-License-Identifier: Apache-2.0
// A small world to ask about: three queues, five gangs, and a tenant who writes escape sequences.
#pragma once

#include "test/daemon/cli/fake_daemon.h"

namespace muster::daemon::cli {

void FillCanned(FakeDaemon* daemon);

// What a terminal must never get from a tenant: a title, a colour, a C1 control, a bidi override.
inline constexpr char kHostile[] =
    "\x1b]0;gotcha\x07\x1b[31mred\xc2\x9b"
    "2J\xe2\x80\xae\r\n";

}  // namespace muster::daemon::cli
