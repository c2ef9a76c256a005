# SPDX-License-Identifier: Apache-2.0
# The cluster of a test that is run by itself, what it throws away at its end, and the daemon's
# config there.

scratch=$(mktemp -d)
child=  # a process of the test's own, which its end kills; empty: none
finish() {
  [ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || true
  [ -z "${own_cluster:-}" ] || ./dev cluster stop >/dev/null
  rm -rf "$scratch"
}
trap finish EXIT

# need_cluster NAME OPTIONS...: the one that the environment names, else one of the test's own, with
# the options of `./dev cluster start`.
need_cluster() {
  [ -z "${MUSTER_HTTP:-}" ] || return 0
  own_cluster=yes
  export MUSTER_CLUSTER_DIR=$PWD/build/e2e/$1/cluster
  ./dev cluster start "${@:2}"
  eval "$(./dev cluster env)"
}

# says PATTERN COMMAND...: the command's output has a line like that.
says() { grep -E -- "$1" <<<"$("${@:2}")" || { "${@:2}" && return 1; }; }
# ready [URL]: what the daemon answers.
ready() { curl -s "${1:-$MUSTER_HTTP}/readyz"; }

# put_config FILE: as the ConfigMap that the daemon reads.
put_config() {
  kubectl create configmap muster-config --namespace muster-system --from-file "muster.yaml=$1" \
    --dry-run=client --output yaml | kubectl apply --filename - >/dev/null
}

# config_file FILE [SENTENCE]: is in force.
config_file() {
  local generation
  generation=$(metric muster_config_generation)
  put_config "$1"
  expect_soon "${2:-the config is in force}" 10 metric_above muster_config_generation "$generation"
}
# config TEXT [SENTENCE]: the same.
config() {
  printf '%s\n' "$1" >"$scratch/muster.yaml"
  config_file "$scratch/muster.yaml" "${@:2}"
}
