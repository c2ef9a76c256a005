# SPDX-License-Identifier: Apache-2.0
# ./dev test: stages one after the other, each with one line of result; a last line with the sum.

stages_passed=0
stages_failed=0

test_stages() {
  local stages=("$@") stage
  case "${1:-all}" in
    all) stages=(unit check tsan e2e image) ;;
    e2e) stages=(e2e) ;;
  esac
  for stage in "${stages[@]}"; do
    [[ $stage =~ ^(unit|check|tsan|e2e|image)$ ]] && continue
    echo "./dev test: no stage '$stage'; stages: unit check tsan e2e image" >&2
    return 2
  done
  need_packages "the tests" "${packages_to_test[@]}" || return 1
  [ "${1:-all}" != e2e ] || shift
  for stage in "${stages[@]}"; do
    "stage_$stage" "$@" || true
    if [ "$stage" = unit ] && [ ! -x "$muster_binary" ]; then
      echo "   not run without $muster_binary: what was to come after unit"
      stages_failed=$((stages_failed + (${#stages[@]} > 1)))
      break
    fi
  done
  echo "$stages_passed passed, $stages_failed failed"
  [ "$stages_failed" -eq 0 ]
}

# stage_result NAME STARTED PASSED FAILED
stage_result() {
  stages_passed=$((stages_passed + $3))
  stages_failed=$((stages_failed + $4))
  echo "   $1: $3 passed, $4 failed ($((SECONDS - $2)) s)"
}

stage_unit() {
  announce "unit: release build, then every test of the parts, the scenarios and the laws"
  ctest_stage unit release ''
}

stage_check() {
  announce "check: the same under AddressSanitizer and UndefinedBehaviorSanitizer"
  UBSAN_OPTIONS=print_stacktrace=1 ctest_stage check check ''
}

# The parts with a thread; the pure folders have none.
stage_tsan() {
  announce "tsan: what has threads, under ThreadSanitizer"
  local options="ignore_noninstrumented_modules=1"
  [ ! -f test/tsan.supp ] || options+=" suppressions=$PWD/test/tsan.supp"
  TSAN_OPTIONS=$options ctest_stage tsan tsan '^(kube|loop|daemon):' test_kube test_loop test_daemon
}

# ctest_stage NAME PRESET REGEX [TARGET...]: a build that fails counts as one failed test.
ctest_stage() {
  local name=$1 preset=$2 regex=$3 started=$SECONDS log=build/logs/$1.log counts failed
  shift 3
  compile "$preset" "$@" || { stage_result "$name" "$started" 0 1 && return 1; }
  with_progress "$name" ctest --preset "$preset" -j "$(nproc)" --no-tests=error ${regex:+-R "$regex"} || true
  counts=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+).*/\1 \2/p' "$log")
  [ -n "$counts" ] || counts="1 1"
  failed=${counts% *}
  stage_result "$name" "$started" $((${counts#* } - failed)) "$failed"
}

# An end-to-end test is an executable test/e2e/NAME.sh. A line `# cluster: OPTIONS` at its top gives
# the options of `./dev cluster start`; `# cluster: none` is for one that starts its own. Without
# that line it is --nodes 3. Each test gets a fresh cluster, apart from the one in build/cluster.
stage_e2e() {
  local scripts=() script name started
  for script in test/e2e/*.sh; do
    [ -x "$script" ] || continue
    name=$(basename "$script" .sh)
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    scripts+=("$name")
  done
  for name in "$@"; do
    [ -x "test/e2e/$name.sh" ] || { fail "e2e: there is no test/e2e/$name.sh" || stage_result e2e "$SECONDS" 0 1; }
  done
  announce "e2e: ${#scripts[@]} tests on a real control plane: ${scripts[*]}"
  [ "${#scripts[@]}" -gt 0 ] || return 0
  if ! need_cluster_binaries || ! compile release muster ask page_server; then
    stage_result e2e "$SECONDS" 0 "${#scripts[@]}"
    return 1
  fi
  for name in "${scripts[@]}"; do
    started=$SECONDS
    if with_progress "e2e-$name" end_to_end "$name"; then
      stage_result "e2e $name" "$started" 1 0
    else
      stage_result "e2e $name" "$started" 0 1
    fi
  done
}

# In a shell of its own, whose end stops the cluster whatever happened.
end_to_end() (
  name=$1
  export MUSTER_CLUSTER_DIR=$PWD/build/e2e/$name/cluster
  cluster_dir=$MUSTER_CLUSTER_DIR
  options=$(sed -n '1,12s/^# cluster: *//p' "test/e2e/$name.sh")
  if [ "$options" != none ]; then
    trap cluster_stop EXIT
    # shellcheck disable=SC2086
    cluster_start ${options:---nodes 3} || exit 1
    eval "$(cluster_env)"
  fi
  "test/e2e/$name.sh"
)

stage_image() {
  [ -x test/image/test.sh ] || return 0
  local started=$SECONDS
  announce "image: built and run"
  if with_progress image test/image/test.sh; then
    stage_result image "$started" 1 0
  else
    stage_result image "$started" 0 1
  fi
}
