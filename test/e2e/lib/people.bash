# SPDX-License-Identifier: Apache-2.0
# People and accounts of a cluster, with credentials of their own: $cluster_dir/NAME.kubeconfig. The
# cluster's addresses and test/cluster/credentials.bash are sourced before.

# as NAME ARGUMENT...: kubectl with the credentials of that name.
as() { kubectl --kubeconfig "$cluster_dir/$1.kubeconfig" "${@:2}"; }

# person NAME GROUP USER: a client certificate.
person() {
  make_certificate "$1" "/O=$2/CN=$3" clientAuth 2>/dev/null
  (umask 077 && kubeconfig_of "$1" >"$cluster_dir/$1.kubeconfig")
}

# account NAME NAMESPACE/ACCOUNT [TOKEN_OPTION...]: a token.
account() {
  local token
  token=$(kubectl create token "${2#*/}" --namespace "${2%/*}" "${@:3}")
  (umask 077 && kubeconfig "$1" "token: $token" >"$cluster_dir/$1.kubeconfig")
}
