#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The alert rules, by Prometheus' own promtool: valid, each with a case in which it fires and one in
# which it is quiet, and each with its section in the runbook.
# cluster: none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash

expect "the rules are valid" promtool check rules deploy/alerts.yaml
for file in test/alerts/*.yaml; do
  expect "the unit tests of $file hold" promtool test rules "$file"
done
alerts=$(sed -n 's/^ *- alert: //p' deploy/alerts.yaml)
expect "there are alerts" test -n "$alerts"
expect_equal "no two have the same name" "" "$(sort <<<"$alerts" | uniq -d)"
for alert in $alerts; do
  expect "$alert has a case in which it fires" grep -qx -- "- name: $alert fires" test/alerts/*.yaml
  expect "$alert has a case in which it is quiet" grep -qx -- "- name: $alert is quiet" test/alerts/*.yaml
  expect "$alert has a section in the runbook" grep -qx -- "## $alert" deploy/RUNBOOK.md
  expect "$alert points at it" grep -q -- "runbook: deploy/RUNBOOK.md#$(tr '[:upper:]' '[:lower:]' <<<"$alert")\$" deploy/alerts.yaml
done
# A test that cannot fail is none.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/deploy" "$scratch/test/alerts"
sed 's/muster_half_bound_gangs > 0/muster_half_bound_gangs > 5/' deploy/alerts.yaml >"$scratch/deploy/alerts.yaml"
cp test/alerts/scheduler.yaml "$scratch/test/alerts/"
expect_refusal "a rule that no longer fires is noticed" MusterHalfBound promtool test rules "$scratch/test/alerts/scheduler.yaml"
all_hold
