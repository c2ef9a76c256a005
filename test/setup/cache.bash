# SPDX-License-Identifier: Apache-2.0
# What is costly to fetch or build and does not change stays outside the work tree.

cache_dir=${MUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster}

# with_cache_lock NAME COMMAND...: one at a time on this machine.
with_cache_lock() {
  local name=$1
  shift
  mkdir -p "$cache_dir"
  (
    flock 9
    "$@" 9>&-
  ) 9>"$cache_dir/$name.lock"
}
