# SPDX-License-Identifier: Apache-2.0
# Muster on the cluster: what deploy/ ships of rights and configuration, and the daemon as that
# service account, by a token of its own.

muster_binary=${MUSTER_BINARY:-build/release/muster}
# All of deploy/ but the Deployment and its Service: here the daemon is a process. The server of this
# cluster has MutatingAdmissionPolicy, so user/ is among them.
muster_manifests=(namespace rbac viewer admission submit user/user flowcontrol config)

apply_deploy() {
  as_admin apply $(printf -- "--filename=deploy/%s.yaml " "${muster_manifests[@]}") >"$cluster_dir/logs/apply.log" 2>&1 ||
    { cat "$cluster_dir/logs/apply.log" >&2 && return 1; }
}

write_muster_kubeconfig() {
  local token
  token=$(as_admin create token muster --namespace muster-system --duration 24h) || return 1
  (umask 077 && kubeconfig muster "token: $token" >"$cluster_dir/muster.kubeconfig")
}

# gRPC in plain text on loopback, or as MUSTER_GRPC_FLAGS says; more flags in MUSTER_SERVE_FLAGS.
start_muster() {
  process_pid muster >/dev/null && return 0
  # shellcheck disable=SC2086
  process_start muster "$muster_binary" serve --kubeconfig "$cluster_dir/muster.kubeconfig" \
    --configmap muster-system/muster-config --listen "127.0.0.1:$port_muster" \
    --grpc-listen "127.0.0.1:$port_muster_grpc" ${MUSTER_GRPC_FLAGS:---grpc-insecure} \
    --page-listen "127.0.0.1:$port_page" ${MUSTER_SERVE_FLAGS:-}
  wait_until muster 20 curl -sf "http://127.0.0.1:$port_muster/readyz"
}

# cluster_muster start|stop|kill: the daemon alone, e.g. to see what survives kill -9.
cluster_muster() {
  load_cluster || fail "cluster: not running" || return 1
  case "${1:-}" in
    start) start_muster && echo "ok: muster runs, pid $(process_pid muster)" ;;
    stop) process_stop muster 10 && echo "ok: muster stopped" ;;
    kill) process_kill muster && rm -f "$cluster_dir/pids/muster" && echo "ok: muster killed" ;;
    *) fail "cluster muster: expected start, stop or kill, not '${1:-}'" ;;
  esac
}
