# SPDX-License-Identifier: Apache-2.0
# Debian packages: asked of dpkg first, so a machine that has them never calls apt.

packages_to_build=(
  g++-12 cmake ninja-build pkg-config ccache mold ca-certificates
  libgrpc++-dev protobuf-compiler-grpc protobuf-compiler libprotobuf-dev libabsl-dev
  libboost1.81-dev libboost-graph1.81-dev prometheus-cpp-dev catch2
  libssl-dev libsimdjson-dev libyaml-dev libzstd-dev libxxhash-dev
)
packages_for_a_cluster=(ca-certificates curl openssl procps iproute2 python3 util-linux)
packages_to_browse=(chromium fonts-inter)
packages_to_test=("${packages_to_build[@]}" "${packages_for_a_cluster[@]}" "${packages_to_browse[@]}" python3-venv
  valgrind prometheus)

# missing_packages NAME...: those that are not installed, one per line.
missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || echo "$name"
  done
}

# need_packages WHAT NAME...: installs what is missing; WHAT says what they are for.
need_packages() {
  local purpose=$1 missing
  shift
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "   not a Debian system: $purpose is tried with what is installed"
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    fail "$purpose needs: apt-get install ${missing[*]} (not root here, so nothing was done)"
    return 1
  fi
  announce "installing ${#missing[@]} Debian packages for $purpose: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  with_progress apt-update apt-get update &&
    with_progress apt-install apt-get install -y --no-install-recommends "${missing[@]}" ||
    fail "$purpose not possible: apt could not install ${missing[*]}"
}
