// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scheduler/daemon/grpc/grpc_server.h"
#include "scheduler/daemon/http/http_request.h"

namespace muster::daemon {
namespace {

// Writes are fenced at 60 % of the lease, so a renewal must be possible well before that.
constexpr double kFence = 0.6;

}  // namespace

LogLevel ServeFlags::level() const {
  for (const LogLevel each : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning}) {
    if (log_level == Name(each)) return each;
  }
  return LogLevel::kError;
}

std::vector<std::string> ServeFlags::page_host_names() const {
  return absl::StrSplit(page_hosts, ',', absl::SkipWhitespace());
}

FlagSet DeclareServeFlags(ServeFlags* values) {
  FlagSet flags("serve", "", "Schedules the pods of a Kubernetes cluster that ask for Muster.");
  flags.Text("kubeconfig", &values->kubeconfig, "FILE",
             "the API server and who we are; without it the service account of this pod");
  flags.Text("config", &values->config, "FILE",
             "queue config from a file, read again when it changes, in place of a ConfigMap");
  flags.Object("configmap", &values->configmap,
               "queue config from a ConfigMap, key muster.yaml (muster-system/muster-config)");
  flags.Address("listen", &values->listen, "/metrics, /healthz, /livez, /readyz");
  flags.Address("grpc-listen", &values->grpc_listen,
                "gRPC for 'muster queues' and the like; without it there is none");
  flags.Text("grpc-cert", &values->grpc_cert, "FILE",
             "PEM certificate of the gRPC server, read again when it changes; callers then show a "
             "Kubernetes token");
  flags.Text("grpc-key", &values->grpc_key, "FILE", "its PEM private key");
  flags.Switch("grpc-insecure", &values->grpc_insecure,
               "gRPC in plain text and without tokens, on a loopback address alone");
  flags.Address("page-listen", &values->page_listen,
                "the page for browsers: whoever reaches it sees all queues and gangs");
  flags.Text("page-hosts", &values->page_hosts, "NAME,...",
             "under which names browsers may ask for the page, besides loopback's");
  flags.Text("scheduler-name", &values->scheduler_name, "NAME",
             "pods whose spec.schedulerName is this are ours");
  flags.Switch("leader-elect", &values->leader_elect, "decide only while holding the lease");
  flags.Object("lease", &values->lease, "the Lease to hold");
  flags.Duration("lease-duration", &values->lease_duration,
                 "after that long without renewal another instance takes over");
  flags.Duration("renew-deadline", &values->renew_deadline,
                 "a leader that cannot renew for that long gives up");
  flags.Duration("retry-period", &values->retry_period,
                 "between attempts to take or renew the lease");
  flags.Choice("log-level", &values->log_level, {"debug", "info", "warning", "error"},
               "least level of the lines on stderr");
  flags.Text("record", &values->record, "DIR",
             "write a trace of events and decisions there, for 'muster replay'");
  flags.Integer("record-files", &values->record_files, 1, 10'000,
                "of the trace, before the oldest is removed");
  flags.Integer("record-megabytes", &values->record_megabytes, 1, 100'000,
                "of a file of the trace, before another is begun");
  return flags;
}

namespace {

absl::Status CheckGrpc(const ServeFlags& flags) {
  const bool tls = !flags.grpc_cert.empty() || !flags.grpc_key.empty();
  if (flags.grpc_listen.host.empty()) {
    if (!tls && !flags.grpc_insecure) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--grpc-cert, --grpc-key, --grpc-insecure: expected --grpc-listen with them");
  }
  if (tls && flags.grpc_insecure) {
    return absl::InvalidArgumentError("--grpc-insecure and --grpc-cert exclude each other");
  }
  if (flags.grpc_insecure) {
    if (IsLoopback(flags.grpc_listen)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--grpc-insecure: expected a loopback address in --grpc-listen, not ",
                     ToString(flags.grpc_listen), ": anybody could ask without a token"));
  }
  if (flags.grpc_cert.empty() || flags.grpc_key.empty()) {
    return absl::InvalidArgumentError(
        "--grpc-listen: expected --grpc-cert and --grpc-key, or --grpc-insecure on a loopback "
        "address");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FinishServeFlags(ServeFlags* values) {
  if (!values->config.empty() && !values->configmap.name.empty()) {
    return absl::InvalidArgumentError("--config and --configmap exclude each other");
  }
  if (values->config.empty() && values->configmap.name.empty()) {
    values->configmap = {"muster-system", "muster-config"};
  }
  if (values->renew_deadline >= values->lease_duration) {
    return absl::InvalidArgumentError("--renew-deadline: expected less than --lease-duration");
  }
  if (values->retry_period * 1.2 >= values->renew_deadline ||
      values->retry_period >= values->lease_duration * kFence) {
    return absl::InvalidArgumentError(
        "--retry-period: expected less than --renew-deadline / 1.2 and 0.6 of --lease-duration");
  }
  for (const std::string& host : values->page_host_names()) {
    // As it would stand in a Host field; the port may be any.
    if (HostName(host) == absl::AsciiStrToLower(host)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--page-hosts: expected names without port, not \"", host, "\""));
  }
  return CheckGrpc(*values);
}

}  // namespace muster::daemon
