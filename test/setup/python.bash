# SPDX-License-Identifier: Apache-2.0
# Python parts from PyPI, each set in a virtual environment of its own in the cache folder.

# python_venv NAME REQUIREMENT...: prints its folder; made once, complete or not at all.
python_venv() {
  local name=$1 key target
  shift
  key=$(printf '%s\n' "$@" | sha256sum | cut -c1-12)
  target=$cache_dir/python/$name-$key
  if [ ! -e "$target/.complete" ]; then
    need_packages "Python parts" python3 python3-venv >&2 || return 1
    announce "installing $* into $target" >&2
    with_progress "python-$name" with_cache_lock "python-$name" make_venv "$target" "$@" >&2 || {
      fail "no $*: PyPI did not give it; what needs it was not run"
      return 1
    }
  fi
  echo "$target"
}

make_venv() {
  local target=$1
  shift
  [ -e "$target/.complete" ] && return 0
  rm -rf "$target" && mkdir -p "$(dirname "$target")" &&
    python3 -m venv "$target" &&
    "$target/bin/pip" install --disable-pip-version-check --no-input "$@" &&
    touch "$target/.complete"
}
