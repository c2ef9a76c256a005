// SPDX-License-Identifier: Apache-2.0
// Credentials from a kubeconfig file: the current context (or a named one), its cluster and its
// user.
//
// Understood: server, certificate-authority(-data), insecure-skip-tls-verify,
// client-certificate(-data), client-key(-data), token, tokenFile, namespace; relative files are
// relative to the kubeconfig. Refused with one message that names file and field: what would
// silently change who we are or whom we trust (exec, auth-provider, username, proxy-url,
// tls-server-name). Source: client-go tools/clientcmd.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "scheduler/kube/credentials.h"

namespace muster::kube {

// `context` empty: the current-context. NotFound: the file cannot be read; else InvalidArgument.
absl::StatusOr<Credentials> ReadKubeconfig(const std::string& file, absl::string_view context = "");

// The service account of the pod we run in. `folder` has ca.crt, token and namespace.
absl::StatusOr<Credentials> InClusterCredentials(
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace muster::kube
