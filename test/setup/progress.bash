# SPDX-License-Identifier: Apache-2.0
# Long steps: output goes to build/logs/NAME.log, the terminal gets a line now and then.

# A file descriptor that never has input, to wait on without starting a process.
exec {progress_never}<> <(:)

# Prints the elapsed time and the last line of the log until its parent is gone.
progress_ticker() {
  local name=$1 log=$2 started=$SECONDS last
  while ! read -rt "${MUSTER_PROGRESS_SECONDS:-15}" -u "$progress_never"; do
    kill -0 $$ 2>/dev/null || return 0
    last=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | sed -n '/[^ ]/h;${g;p}' | cut -c1-70)
    echo "   $name: $((SECONDS - started)) s ... $last"
  done
}

# with_progress NAME COMMAND...: runs it with output to the log; on failure shows the log's tail.
with_progress() {
  local name=$1 log=build/logs/$1.log ticker status=0
  shift
  mkdir -p build/logs
  : >"$log"
  progress_ticker "$name" "$log" &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if [ "$status" -ne 0 ]; then
    echo "   $name: failed with status $status; the end of $log:" >&2
    tail -n "${MUSTER_LOG_TAIL:-40}" "$log" | sed 's/^/   | /' >&2
  fi
  return "$status"
}

# announce TEXT: a line before a step that takes time.
announce() { echo "== $*"; }

# fail TEXT: the last line of a command that did not do what it was asked.
fail() {
  echo "FAILED: $*" >&2
  return 1
}
