// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/cli/client_flags.h"

namespace muster::daemon::cli {

void ClientFlags::Declare(FlagSet* flags) {
  flags->Text("server", &server, "HOST:PORT",
              "the daemon; else MUSTER_SERVER, else kubectl port-forward to --service");
  flags->Switch("insecure", &insecure, "no TLS, as http:// says it, too; only to this machine");
  flags->Text("ca-file", &ca_file, "FILE", "authorities that sign the daemon's certificate, PEM");
  flags->Text("tls-server-name", &tls_server_name, "NAME", "name in the daemon's certificate");
  flags->Text("token", &token, "TOKEN",
              "bearer token; else MUSTER_TOKEN, else over TLS the kubeconfig's");
  flags->Text("token-file", &token_file, "FILE", "file with the bearer token");
  flags->Object("account", &account, "service account whose token kubectl is to create");
  flags->Text("kubeconfig", &kubeconfig, "FILE", "for kubectl; else as kubectl finds it");
  flags->Text("context", &context, "NAME", "of the kubeconfig");
  flags->Object("service", &service, "the daemon's Service");
  flags->Duration("timeout", &timeout, "how long to wait for an answer");
}

}  // namespace muster::daemon::cli
