// SPDX-License-Identifier: Apache-2.0
// The version of this build, as CMakeLists.txt says it (a test compares).
#pragma once

namespace muster::daemon {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace muster::daemon
