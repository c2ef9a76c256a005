# SPDX-License-Identifier: Apache-2.0
# Go of the version that test/cluster is built with, on a machine with an older one or none.

go_wanted=1.26.8

# go_is_recent GO: whether that command's version is at least the wanted minor version.
go_is_recent() {
  local version
  version=$("$1" env GOVERSION 2>/dev/null) || return 1
  version=${version#go}
  [ "$(printf '%s\n' "${go_wanted%.*}" "$version" | sort -V | head -n 1)" = "${go_wanted%.*}" ]
}

# The toolchain is itself a Go module, so an older Go fetches and verifies it. Files of the module
# cache are read-only and not executable: a copy gets its permissions back.
go_from_module() {
  local older=$1 target=$2 module=golang.org/toolchain@v0.0.1-go$go_wanted.linux-$(go_arch) source
  [ -x "$target/bin/go" ] && return 0
  rm -rf "$target.part" && mkdir -p "$target.part" || return 1
  (cd "$target.part" && GOFLAGS=-modcacherw GO111MODULE=on "$older" mod download "$module") || return 1
  source=$("$older" env GOMODCACHE)/$module
  cp -r "$source/." "$target.part/" || return 1
  chmod -R u+w "$target.part" || return 1
  find "$target.part/bin" "$target.part/pkg/tool" -type f -exec chmod +x {} + || return 1
  mv "$target.part" "$target"
}

go_arch() {
  case "$(uname -m)" in
    aarch64 | arm64) echo arm64 ;;
    *) echo amd64 ;;
  esac
}

# need_go: puts a recent enough `go` first in PATH, or says in one line why not.
need_go() {
  local toolchain=$cache_dir/go/$go_wanted
  if [ ! -x "$toolchain/bin/go" ]; then
    command -v go >/dev/null && go_is_recent go && return 0
    command -v go >/dev/null || need_packages "fetching Go $go_wanted" golang-go || return 1
    announce "fetching Go $go_wanted as a module (this machine has $(go version | cut -d' ' -f3))"
    mkdir -p "$cache_dir/go"
    with_progress go-toolchain with_cache_lock go go_from_module "$(command -v go)" "$toolchain" || {
      fail "no Go $go_wanted: the module proxy did not give it; the cluster was not built"
      return 1
    }
  fi
  export PATH="$toolchain/bin:$PATH" GOROOT="$toolchain" GOTOOLCHAIN=local
}
