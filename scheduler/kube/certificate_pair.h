// SPDX-License-Identifier: Apache-2.0
// Whether two PEM files are a certificate and its key, as a server needs them.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace muster::kube {

// InvalidArgument names the file and what was expected of it.
absl::Status CheckCertificatePair(const std::string& certificate, const std::string& key);

}  // namespace muster::kube
