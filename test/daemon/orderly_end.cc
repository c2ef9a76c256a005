// SPDX-License-Identifier: Apache-2.0
// These tests serve and ask by gRPC in this process, too.
#include "scheduler/daemon/orderly_end.h"

namespace muster::daemon {
namespace {

[[maybe_unused]] const bool left = (LeaveOpensslToTheKernel(), true);

}  // namespace
}  // namespace muster::daemon
