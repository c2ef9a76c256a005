# SPDX-License-Identifier: Apache-2.0
# The programs of the cluster, built once per set of pins (go.mod, go.sum) and flags into the cache.

cluster_programs=(etcd kube-apiserver kube-controller-manager kubectl kwok)

cluster_binaries_dir() {
  local pins
  pins=$({ cat test/cluster/go.{mod,sum} && declare -f build_cluster_binaries version_flags; } | sha256sum)
  echo "$cache_dir/cluster/${pins:0:12}"
}

# need_cluster_binaries: builds them where they are not there yet.
need_cluster_binaries() {
  cluster_binaries_complete && return 0
  need_go || return 1
  announce "building ${cluster_programs[*]} from Go modules (once, some 8 minutes on 2 cores)"
  with_progress cluster-binaries with_cache_lock cluster build_cluster_binaries ||
    fail "no cluster: its programs could not be built; nothing that needs one was run"
}

cluster_binaries_complete() {
  local directory name
  directory=$(cluster_binaries_dir)
  for name in "${cluster_programs[@]}"; do
    [ -x "$directory/$name" ] || return 1
  done
}

build_cluster_binaries() {
  cluster_binaries_complete && return 0
  local directory part version
  directory=$(cluster_binaries_dir)
  part=$directory.part
  version=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' test/cluster/go.mod)
  rm -rf "$part" && mkdir -p "$part" || return 1
  (
    cd test/cluster &&
      CGO_ENABLED=0 nice -n 5 go build -v -trimpath -ldflags "$(version_flags "$version")" \
        -o "$part/" go.etcd.io/etcd/server/v3 sigs.k8s.io/kwok/cmd/kwok \
        k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kubectl}
  ) || return 1
  mv "$part/server" "$part/etcd" && rm -rf "$directory" && mv "$part" "$directory"
}

# Without these the server calls itself v0.0.0-master and clients cannot parse its version.
version_flags() {
  local version=$1 package major minor
  IFS=. read -r major minor _ <<<"${version#v}"
  printf '%s' '-s -w'
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf ' -X %s.gitVersion=%s -X %s.gitMajor=%s -X %s.gitMinor=%s -X %s.gitTreeState=clean' \
      "$package" "$version" "$package" "$major" "$package" "$minor" "$package"
  done
}
