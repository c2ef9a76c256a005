# SPDX-License-Identifier: Apache-2.0
# ./dev cluster: a real control plane on this machine, on loopback ports of its own.

cluster_dir=$(realpath -m "${MUSTER_CLUSTER_DIR:-build/cluster}")
# In the order in which they start; they stop the other way round.
cluster_processes=(etcd kube-apiserver kube-controller-manager kwok muster)

cluster() {
  local verb=${1:-}
  shift || true
  case "$verb" in
    start) cluster_start "$@" ;;
    stop) cluster_stop "$@" ;;
    status) cluster_status "$@" ;;
    env) cluster_env "$@" ;;
    muster) cluster_muster "$@" ;;
    *) echo "./dev cluster: expected start, stop, status, env or muster, not '$verb'" >&2 && return 2 ;;
  esac
}

cluster_start() {
  local nodes=3 with_muster=yes
  while [ $# -gt 0 ]; do
    case "$1" in
      --nodes) nodes=${2:-} && shift ;;
      --nodes=*) nodes=${1#*=} ;;
      --no-muster) with_muster=no ;;
      *) echo "./dev cluster start: no option '$1'; options: --nodes N, --no-muster" >&2 && return 2 ;;
    esac
    shift || true
  done
  if ! [[ $nodes =~ ^[0-9]{1,4}$ ]]; then
    echo "./dev cluster start: --nodes: expected a number from 0 to 9999, not '$nodes'" >&2
    return 2
  fi
  if cluster_runs_any; then
    fail "cluster: already running in $cluster_dir (see ./dev cluster status; ./dev cluster stop)"
    return 1
  fi
  need_packages "a cluster" "${packages_for_a_cluster[@]}" && need_cluster_binaries || return 1
  [ "$with_muster" = no ] || [ -x "$muster_binary" ] || build || return 1
  if ! cluster_bring_up "$nodes" "$with_muster"; then
    cluster_take_down
    fail "cluster: did not start; logs are in $cluster_dir/logs"
    return 1
  fi
}

cluster_bring_up() {
  local nodes=$1 with_muster=$2 started=$SECONDS
  announce "starting a cluster in $cluster_dir"
  rm -rf "$cluster_dir" && mkdir -p "$cluster_dir"/{pids,logs} && chmod 700 "$cluster_dir" || return 1
  assign_addresses && load_cluster || return 1
  make_certificates >"$cluster_dir/logs/certificates.log" 2>&1 ||
    { cat "$cluster_dir/logs/certificates.log" >&2 && return 1; }
  for user in admin kwok controller-manager; do
    (umask 077 && kubeconfig_of "$user" >"$cluster_dir/$user.kubeconfig") || return 1
  done
  start_control_plane && apply_deploy && write_muster_kubeconfig && create_nodes "$nodes" || return 1
  [ "$with_muster" = no ] || start_muster || return 1
  echo "ok: cluster with $nodes nodes, $([ "$with_muster" = yes ] && echo Muster || echo "no Muster")," \
    "up in $((SECONDS - started)) s; eval \"\$(./dev cluster env)\""
}

# Ports and programs live in a file that every later command reads.
assign_addresses() {
  local ports
  mapfile -t ports < <(free_ports 8)
  [ "${#ports[@]}" -eq 8 ] || return 1
  printf 'port_%s=%s\n' etcd "${ports[0]}" etcd_peer "${ports[1]}" apiserver "${ports[2]}" \
    controller_manager "${ports[3]}" kwok "${ports[4]}" muster "${ports[5]}" \
    muster_grpc "${ports[6]}" page "${ports[7]}" >"$cluster_dir/addresses"
  printf 'programs=%q\n' "$(cluster_binaries_dir)" >>"$cluster_dir/addresses"
}

load_cluster() {
  [ -f "$cluster_dir/addresses" ] || return 1
  # shellcheck source=/dev/null
  source "$cluster_dir/addresses"
}

cluster_runs_any() {
  local name
  for name in "${cluster_processes[@]}"; do
    ! process_pid "$name" >/dev/null || return 0
  done
  return 1
}

cluster_stop() {
  cluster_runs_any || { rm -rf "$cluster_dir/pids" && echo "ok: no cluster is running" && return 0; }
  cluster_take_down
  echo "ok: cluster stopped; its logs stay in $cluster_dir/logs"
}

# The API server waits for its open watches when asked to end; its data is thrown away, so it is
# not given that time.
cluster_take_down() {
  local index name
  for ((index = ${#cluster_processes[@]} - 1; index >= 0; index--)); do
    name=${cluster_processes[index]}
    process_stop "$name" "$([ "$name" = muster ] && echo 5 || echo 1)"
  done
  rm -rf "$cluster_dir/etcd" "$cluster_dir/certs" "$cluster_dir"/*.kubeconfig "$cluster_dir/addresses"
}

# Exit status 0: all that was started runs; 1: something of it ended; 3: nothing runs.
cluster_status() {
  local name status=0
  if ! cluster_runs_any || ! load_cluster; then
    echo "no cluster is running in $cluster_dir"
    return 3
  fi
  declare -A address=(
    [etcd]=http://127.0.0.1:$port_etcd
    [kube-apiserver]=https://127.0.0.1:$port_apiserver
    [kube-controller-manager]=https://127.0.0.1:$port_controller_manager
    [kwok]=http://127.0.0.1:$port_kwok
    [muster]=http://127.0.0.1:$port_muster
  )
  for name in "${cluster_processes[@]}"; do
    if process_pid "$name" >/dev/null; then
      printf '%-24s running  pid %-8s %s\n' "$name" "$(process_pid "$name")" "${address[$name]}"
    elif [ -f "$cluster_dir/pids/$name" ]; then
      printf '%-24s ended    see %s\n' "$name" "$cluster_dir/logs/$name.log"
      status=1
    else
      printf '%-24s not started\n' "$name"
    fi
  done
  printf '%-24s %s\n' nodes "$(as_admin get nodes --no-headers 2>/dev/null | awk '{n[$2]++} END {for (s in n) printf "%d %s ", n[s], s}')"
  return "$status"
}

cluster_env() {
  load_cluster || fail "cluster: not running; ./dev cluster start" || return 1
  echo "export KUBECONFIG=$(printf %q "$cluster_dir/admin.kubeconfig")"
  echo "export KUBECACHEDIR=$(printf %q "$cluster_dir/kubectl")"
  echo "export MUSTER_HTTP=http://127.0.0.1:$port_muster"
  echo "export MUSTER_PAGE=http://127.0.0.1:$port_page"
  echo "export MUSTER_SERVER=127.0.0.1:$port_muster_grpc"
  echo "export PATH=$(printf %q "$programs"):\"\$PATH\""
}
