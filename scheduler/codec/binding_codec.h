// SPDX-License-Identifier: Apache-2.0
// The body of POST .../pods/NAME/binding: the one write that every pod costs, so that it is put
// together without a message in between.
#pragma once

#include <string>

#include "scheduler/loop/ports.h"

namespace muster::codec {

// With its envelope. The UID is the precondition, the stamp rides along as annotations.
std::string EncodeBinding(const loop::BindPod& action);

}  // namespace muster::codec
