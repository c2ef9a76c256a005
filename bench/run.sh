#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./dev bench [PART [ARGUMENT...]]: a part, or all of them. See bench/README.md.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# The set-up is that of ./dev: packages, Go, progress of long steps.
for part in test/setup/*.bash test/cluster/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done

in_process=(core day scrape trace view)

# bench_program PART [ARGUMENT...]: bench_PART, in one process.
bench_program() {
  need_packages "the benchmarks" "${packages_to_build[@]}" && compile release "bench_$1" || return 1
  "build/release/bench/bench_$1" "${@:2}"
}

status=0
part=${1:-all}
case "$part" in
  all)
    for part in "${in_process[@]}"; do bench_program "$part" || status=$?; done
    bench/e2e/run.sh || status=$?
    ;;
  e2e) bench/e2e/run.sh "${@:2}" || status=$? ;;
  *)
    if [[ " ${in_process[*]} " != *" $part "* ]]; then
      echo "./dev bench: expected one of ${in_process[*]} and e2e, not '$part'" >&2
      exit 2
    fi
    bench_program "$@" || status=$?
    ;;
esac
exit "$status"
