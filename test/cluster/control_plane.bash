# SPDX-License-Identifier: Apache-2.0
# etcd, kube-apiserver, kube-controller-manager and kwok, with the flags they need here.

start_control_plane() {
  start_etcd && start_apiserver && start_controller_manager && start_kwok
}

start_etcd() {
  local client=http://127.0.0.1:$port_etcd peer=http://127.0.0.1:$port_etcd_peer
  process_start etcd "$programs/etcd" --data-dir "$cluster_dir/etcd" --unsafe-no-fsync \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "default=$peer" --log-level warn --quota-backend-bytes 4294967296
  wait_until etcd 15 curl -sf "$client/health"
}

# In-flight limits are far above what one machine reaches: the server's CPU is the limit, not a count.
start_apiserver() {
  local certs=$cluster_dir/certs
  process_start kube-apiserver "$programs/kube-apiserver" \
    --etcd-servers "http://127.0.0.1:$port_etcd" \
    --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port "$port_apiserver" \
    --tls-cert-file "$certs/apiserver.crt" --tls-private-key-file "$certs/apiserver.key" \
    --client-ca-file "$certs/ca.crt" \
    --service-account-key-file "$certs/service-accounts.pub" \
    --service-account-signing-key-file "$certs/service-accounts.key" \
    --service-account-issuer https://kubernetes.default.svc \
    --service-cluster-ip-range 10.96.0.0/16 --endpoint-reconciler-type none \
    --authorization-mode RBAC,Node \
    --max-requests-inflight 20000 --max-mutating-requests-inflight 20000
  wait_until kube-apiserver 60 as_admin get --raw /readyz
}

# Node conditions stay as their owner set them: no controller marks a node without a kubelet lost.
start_controller_manager() {
  local certs=$cluster_dir/certs
  process_start kube-controller-manager "$programs/kube-controller-manager" \
    --kubeconfig "$cluster_dir/controller-manager.kubeconfig" \
    --bind-address 127.0.0.1 --secure-port "$port_controller_manager" \
    --service-account-private-key-file "$certs/service-accounts.key" \
    --root-ca-file "$certs/ca.crt" --use-service-account-credentials \
    --controllers '*,-node-lifecycle-controller' --leader-elect=false
  wait_until kube-controller-manager 60 as_admin get serviceaccount default
}

start_kwok() {
  process_start kwok "$programs/kwok" --kubeconfig "$cluster_dir/kwok.kubeconfig" \
    --config test/cluster/kwok.yaml --node-lease-duration-seconds 0 \
    --manage-all-nodes=false --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake \
    --server-address "127.0.0.1:$port_kwok"
  wait_until kwok 30 curl -sf "http://127.0.0.1:$port_kwok/healthz"
}

as_admin() {
  KUBECACHEDIR=$cluster_dir/kubectl "$programs/kubectl" --kubeconfig "$cluster_dir/admin.kubeconfig" "$@"
}
