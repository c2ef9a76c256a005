// SPDX-License-Identifier: Apache-2.0
#include "scheduler/daemon/serve_flags.h"

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

FlagSet DeclareServeFlags(ServeFlags* values) {
  FlagSet flags("serve", "", "Schedules the pods of a Kubernetes cluster that ask for Muster.");
  flags.Text("kubeconfig", &values->kubeconfig, "FILE",
             "the API server and who we are; without it the service account of this pod");
  flags.Text("config", &values->config, "FILE",
             "queue config from a file, read again when it changes, in place of a ConfigMap");
  flags.Object("configmap", &values->configmap,
               "queue config from a ConfigMap, key muster.yaml (muster-system/muster-config)");
  flags.Address("listen", &values->listen, "/metrics, /healthz, /livez, /readyz");
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
  return absl::OkStatus();
}

}  // namespace muster::daemon
