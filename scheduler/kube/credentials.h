// SPDX-License-Identifier: Apache-2.0
// Where the API server is and who we are there. Filled from a kubeconfig or from the service
// account of the pod we run in. PEM texts are held in memory; a token file is read again as it
// rotates.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace muster::kube {

struct Credentials {
  std::string server;  // "https://10.0.0.1:6443", no trailing slash
  std::string ca;      // PEM; empty: the system's
  bool insecure = false;
  std::string certificate;  // PEM of the client, with `key`
  std::string key;
  std::string token;
  std::string token_file;  // preferred to `token` while it is readable
  std::string ns;          // the namespace of the context or of our pod; may be empty
};

// The bearer token to send, as of now. Kubelet replaces a service account's token file before it
// expires, so that a copy made at start would be refused within the hour.
class TokenSource {
 public:
  explicit TokenSource(const Credentials& credentials);

  // Read again when older than a minute. Empty: no token is sent.
  const std::string& Current(absl::Duration now);
  // The server refused the token (401): read it at the next call.
  void Distrust();

 private:
  std::string token_;
  std::string file_;
  absl::Duration read_at_ = -absl::InfiniteDuration();
};

}  // namespace muster::kube
