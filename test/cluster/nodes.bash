# SPDX-License-Identifier: Apache-2.0
# Simulated nodes: Node objects whose pods kwok moves on as a kubelet would.

# create_nodes N: node-0000 and on, in three zones, 16 cpu, 64Gi and 110 pods each. A Node may be
# created with its status; admission taints every new one as not ready, so that taint is cleared.
create_nodes() {
  local count=$1 url=https://127.0.0.1:$port_apiserver/api/v1/nodes certs=$cluster_dir/certs
  [ "$count" -gt 0 ] || return 0
  node_requests "$count" POST "$url" | many_requests && node_requests "$count" PATCH "$url" | many_requests
}

many_requests() {
  curl --parallel --parallel-max 16 --fail-early --silent --show-error --output /dev/null \
    --config - >"$cluster_dir/logs/nodes.log" 2>&1 ||
    { tail -n 5 "$cluster_dir/logs/nodes.log" >&2 && return 1; }
}

# node_requests N METHOD URL: a curl configuration with one request a node.
node_requests() {
  local count=$1 method=$2 url=$3 index name
  for ((index = 0; index < count; index++)); do
    printf -v name 'node-%04d' "$index"
    [ "$index" -eq 0 ] || echo next
    printf 'request = %s\nfail\nsilent\nshow-error\noutput = /dev/null\n' "$method"
    printf 'cacert = "%s"\ncert = "%s"\nkey = "%s"\n' "$certs/ca.crt" "$certs/admin.crt" "$certs/admin.key"
    if [ "$method" = POST ]; then
      printf 'url = "%s"\nheader = "Content-Type: application/json"\n' "$url"
      printf 'data = "%s"\n' "$(node_json "$name" "zone-$((index % 3))" | sed 's/"/\\"/g')"
    else
      printf 'url = "%s/%s"\nheader = "Content-Type: application/merge-patch+json"\n' "$url" "$name"
      printf 'data = "{\\"spec\\":{\\"taints\\":null}}"\n'
    fi
  done
}

node_json() {
  local name=$1 zone=$2 size='{"cpu":"16","memory":"64Gi","pods":"110","ephemeral-storage":"200Gi"}'
  printf '%s' '{"apiVersion":"v1","kind":"Node","metadata":{"name":"'"$name"'",' \
    '"annotations":{"kwok.x-k8s.io/node":"fake"},"labels":{"kubernetes.io/hostname":"'"$name"'",' \
    '"kubernetes.io/os":"linux","kubernetes.io/arch":"amd64","node.kubernetes.io/instance-type":"m.4xlarge",' \
    '"topology.kubernetes.io/region":"local","topology.kubernetes.io/zone":"'"$zone"'"}},' \
    '"status":{"capacity":'"$size"',"allocatable":'"$size"',"conditions":[{"type":"Ready","status":"True",' \
    '"reason":"KubeletReady","message":"simulated"}],"nodeInfo":{"architecture":"amd64","bootID":"",' \
    '"containerRuntimeVersion":"kwok","kernelVersion":"kwok","kubeProxyVersion":"","kubeletVersion":"v1.36.3",' \
    '"machineID":"","operatingSystem":"linux","osImage":"","systemUUID":""}}}'
}
