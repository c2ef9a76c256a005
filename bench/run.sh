#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./dev bench [core [CASE...] | day [FILE] | e2e [ROUND...]]: all without arguments. See bench/README.md.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# The set-up is that of ./dev: packages, Go, progress of long steps.
for part in test/setup/*.bash test/cluster/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done

bench_core() {
  need_packages "the benchmarks" "${packages_to_build[@]}" && compile release bench_core || return 1
  build/release/bench/bench_core "$@"
}

bench_day() {
  need_packages "the benchmarks" "${packages_to_build[@]}" && compile release bench_day || return 1
  build/release/bench/bench_day "$@"
}

status=0
case "${1:-all}" in
  core) shift && bench_core "$@" || status=$? ;;
  day) shift && bench_day "$@" || status=$? ;;
  e2e) shift && bench/e2e/run.sh "$@" || status=$? ;;
  all)
    bench_core || status=$?
    bench_day || status=$?
    bench/e2e/run.sh || status=$?
    ;;
  *) echo "./dev bench: expected core, day or e2e, not '$1'" >&2 && exit 2 ;;
esac
exit "$status"
