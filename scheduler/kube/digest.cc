// SPDX-License-Identifier: Apache-2.0
#include "scheduler/kube/digest.h"

#include <openssl/sha.h>

namespace muster::kube {

std::string Sha256(absl::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), sizeof(digest));
}

}  // namespace muster::kube
