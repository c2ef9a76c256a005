# SPDX-License-Identifier: Apache-2.0
# Building: cmake presets, and the commands of ./dev that only need a build.

# What one checkout has compiled serves another one, wherever it lies.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# compile PRESET TARGET...: configures and builds; the log says the rest.
compile() {
  local preset=$1
  shift
  with_progress "configure-$preset" cmake --preset "$preset" || return 1
  with_progress "build-$preset" cmake --build --preset "$preset" ${1:+--target "$@"}
}

build() {
  need_packages "building" "${packages_to_build[@]}" || return 1
  local started=$SECONDS
  announce "building ${*:-muster}"
  compile release "${@:-muster}" || fail "build: see build/logs/" || return 1
  echo "ok: build (${*:-build/release/muster}) in $((SECONDS - started)) s"
}

demo() {
  build || return 1
  build/release/muster simulate deploy/examples/demo.yaml "$@" || fail "demo: muster simulate" || return 1
  echo "ok: demo (the scenario is deploy/examples/demo.yaml; edit it, or write your own)"
}

bench() {
  [ -x bench/run.sh ] || fail "bench: there is no bench/run.sh" || return 1
  bench/run.sh "$@"
}

image() {
  [ -x test/image/build.sh ] || fail "image: there is no test/image/build.sh" || return 1
  test/image/build.sh "$@"
}

screenshots() {
  need_packages "screenshots" python3 "${packages_to_browse[@]}" && build page_server || return 1
  python3 test/page/screenshots.py build/release/test/page_server deploy/screenshots || fail "screenshots"
}

format_sources() {
  need_packages "formatting" clang-format-16 || return 1
  local mode=-i
  [ "${1:-}" != --check ] || mode='--dry-run -Werror'
  # shellcheck disable=SC2086
  git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format-16 $mode || fail "fmt" || return 1
  echo "ok: fmt"
}
