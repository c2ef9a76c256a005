#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lays the Spark lines that tests run down in the cache, one folder per version:
#   CACHE/spark/VERSION/opt    what containers see as /opt: venv, spark, entrypoint.sh, apps.jar
# and prints one line "VERSION /FOLDER/opt" for each. Safe to run again and at the same time.
#
# Usage: setup.sh [VERSION...]    (default: each requirements-VERSION.txt beside this script)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${MUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster}/spark

say() { echo "spark: $*" >&2; }
fail() { say "$*"; exit 1; }

# Debian packages that this needs and that are not there.
missing_packages() {
  [ -x /usr/bin/python3 ] || echo python3
  /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
  command -v javac >/dev/null || echo openjdk-17-jdk-headless
}

install_packages() {
  local packages
  packages=$(missing_packages | tr '\n' ' ')
  [ -n "$packages" ] || return 0
  say "installing $packages"
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y \
      --no-install-recommends $packages; } >"$cache/apt.log" 2>&1; then
    fail "could not install $packages(log: $cache/apt.log)"
  fi
}

# What a version is made from; a change makes it anew.
fingerprint() {
  cat "$here/setup.sh" "$here/entrypoint.sh" "$here/requirements-$1.txt" "$here"/apps/*.java |
    sha256sum
}

make_version() {
  local version=$1 folder=$cache/$1
  local opt=$folder/opt log=$folder/setup.log classes
  if [ "$(cat "$folder/made-from" 2>/dev/null)" = "$(fingerprint "$version")" ]; then return 0; fi
  install_packages
  rm -f "$folder/made-from"
  mkdir -p "$opt"
  # The distribution's own python3: pods see it at the same place.
  [ -x "$opt/venv/bin/pip" ] || /usr/bin/python3 -m venv "$opt/venv"
  [ -e "$opt/spark" ] || say "installing pyspark $version from PyPI (about 400 MB)"
  "$opt/venv/bin/python3" -m pip install --disable-pip-version-check --no-cache-dir --no-compile \
    -r "$here/requirements-$version.txt" >"$log" 2>&1 || fail "pip failed (log: $log)"
  local python
  python=$(cd "$opt/venv/lib" && echo python3*)
  ln -sfn "venv/lib/$python/site-packages/pyspark" "$opt/spark"
  # Mount points of every pod, and the folder that the images of Spark start in.
  mkdir -p "$opt/spark/conf" "$opt/spark/work-dir"
  install -m 755 "$here/entrypoint.sh" "$opt/entrypoint.sh"
  say "compiling the test apps for Spark $version"
  classes=$(mktemp -d)
  javac -nowarn -d "$classes" -cp "$opt/spark/jars/*" "$here"/apps/*.java >>"$log" 2>&1 ||
    fail "javac failed (log: $log)"
  jar cf "$opt/apps.jar" -C "$classes" .
  rm -rf "$classes"
  fingerprint "$version" >"$folder/made-from"
}

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ $# = 0 ]; then
  for file in "$here"/requirements-*.txt; do
    version=${file##*requirements-}
    set -- "$@" "${version%.txt}"
  done
fi
for version in "$@"; do
  [ -f "$here/requirements-$version.txt" ] ||
    fail "$version: expected one of $(cd "$here" && echo requirements-*.txt)"
  make_version "$version"
  echo "$version $cache/$version/opt"
done
