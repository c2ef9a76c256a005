// SPDX-License-Identifier: Apache-2.0
// These tests serve and ask by gRPC in this process, too.
#include "scheduler/kube/orderly_end.h"

namespace muster::daemon {
namespace {

[[maybe_unused]] const bool left = (kube::LeaveOpensslToTheKernel(), true);

}  // namespace
}  // namespace muster::daemon
