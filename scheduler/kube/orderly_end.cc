// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/orderly_end.h"

#include <openssl/crypto.h>

namespace muster::kube {

void LeaveOpensslToTheKernel() { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr); }

}  // namespace muster::kube
