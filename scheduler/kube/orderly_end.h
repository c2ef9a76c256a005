// SPDX-License-Identifier: Apache-2.0
// An end of the process that pulls nothing from under gRPC's threads: they are detached, and one
// may be ending, or even working, while exit() runs. OpenSSL's own clean-up at exit would take from
// them what they use (OPENSSL_init_crypto(3), OPENSSL_INIT_NO_ATEXIT); the kernel takes it all.
#pragma once

namespace muster::kube {

// Once, in main, before anything uses OpenSSL: the first call of the library decides.
void LeaveOpensslToTheKernel();

}  // namespace muster::kube
