# SPDX-License-Identifier: Apache-2.0
# The cluster's processes: started in sessions of their own, stopped by pid, never by name.

# process_start NAME COMMAND...: log in logs/NAME.log; the pid with its start time in pids/NAME,
# so that a pid which the kernel has given to somebody else is never taken for ours.
process_start() {
  local name=$1
  shift
  setsid "$@" >>"$cluster_dir/logs/$name.log" 2>&1 </dev/null 9>&- {progress_never}>&- &
  echo "$! $(process_started_at $!)" >"$cluster_dir/pids/$name"
  disown $!
}

process_started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# process_pid NAME: its pid where it still runs.
process_pid() {
  local pid started
  read -r pid started 2>/dev/null <"$cluster_dir/pids/$1" || return 1
  [ -n "$started" ] && [ "$(process_started_at "$pid")" = "$started" ] || return 1
  [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f1)" != Z ] || return 1
  echo "$pid"
}

# process_stop NAME SECONDS: SIGTERM, and SIGKILL when it takes longer than that.
process_stop() {
  local name=$1 pid tries=$(($2 * 20))
  if pid=$(process_pid "$name"); then
    kill -TERM "$pid" 2>/dev/null || true
    until ! process_pid "$name" >/dev/null || [ $((tries -= 1)) -lt 0 ]; do sleep 0.05; done
    process_kill "$name"
  fi
  rm -f "$cluster_dir/pids/$name"
}

process_kill() {
  local pid
  pid=$(process_pid "$1") || return 0
  kill -KILL "$pid" 2>/dev/null || true
  until ! process_pid "$1" >/dev/null; do sleep 0.02; done
}

# wait_until NAME SECONDS COMMAND...: true once COMMAND is; false when NAME ended or time is up.
wait_until() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! process_pid "$name" >/dev/null; then
      echo "$name ended; the end of $cluster_dir/logs/$name.log:" >&2
    elif [ "$SECONDS" -ge "$deadline" ]; then
      echo "$name is not ready in time; the end of $cluster_dir/logs/$name.log:" >&2
    else
      sleep 0.1
      continue
    fi
    tail -n 15 "$cluster_dir/logs/$name.log" | cut -c1-400 | sed 's/^/   | /' >&2
    return 1
  done
}

# free_ports N: that many loopback ports nobody listens on, below those that outgoing
# connections are given, so that none is taken between now and its use.
free_ports() {
  python3 - "$1" <<'PYTHON'
import random, socket, sys
wanted, held = int(sys.argv[1]), []
for port in random.sample(range(20000, 32000), 2000):
    listener = socket.socket()
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        continue
    held.append(listener)
    print(port)
    if len(held) == wanted:
        sys.exit(0)
sys.exit("no free loopback ports between 20000 and 32000")
PYTHON
}
