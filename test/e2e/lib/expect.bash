# SPDX-License-Identifier: Apache-2.0
# Sentences that are true or end the test: each check prints what holds, or what was seen instead.

expect_count=0

# expect SENTENCE COMMAND...: true when the command is.
expect() {
  local sentence=$1 seen
  shift
  if seen=$("$@" 2>&1); then
    holds "$sentence"
  else
    does_not_hold "$sentence" "$* said: $seen"
  fi
}

# expect_refusal SENTENCE PATTERN COMMAND...: the command fails, and says so in words of PATTERN.
expect_refusal() {
  local sentence=$1 pattern=$2 seen
  shift 2
  if seen=$("$@" 2>&1); then
    does_not_hold "$sentence" "$* was accepted: $seen"
  elif grep -Eq -- "$pattern" <<<"$seen"; then
    holds "$sentence"
  else
    does_not_hold "$sentence" "expected words like '$pattern', $* said: $seen"
  fi
}

# expect_equal SENTENCE WANTED SEEN
expect_equal() {
  if [ "$2" = "$3" ]; then
    holds "$1"
  else
    does_not_hold "$1" "expected '$2', saw '$3'"
  fi
}

# expect_soon SENTENCE SECONDS COMMAND...: the command becomes true in that time.
expect_soon() {
  local sentence=$1 deadline=$((SECONDS + $2)) seen
  shift 2
  until seen=$("$@" 2>&1); do
    if [ "$SECONDS" -ge "$deadline" ]; then
      does_not_hold "$sentence" "$* said at last: $seen"
    fi
    sleep 0.1
  done
  holds "$sentence"
}

holds() {
  expect_count=$((expect_count + 1))
  echo "ok   $1"
}

does_not_hold() {
  echo "FAIL $1" >&2
  echo "     $2" >&2
  exit 1
}

# the last line of a test
all_hold() { echo "ok: $expect_count checks"; }
