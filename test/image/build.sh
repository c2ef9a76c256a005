#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An OCI image from scratch: the stripped binary, the libraries it needs, CA certificates and the
# licences of both. Written to build/image: the layout in oci/, the same as muster-VERSION.oci.tar.
# The same binary and libraries give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for part in test/setup/*.bash; do
  # shellcheck source=/dev/null
  source "$part"
done

need_packages "an image" "${packages_to_build[@]}" binutils python3 ca-certificates
binary=${MUSTER_BINARY:-}
if [ -z "$binary" ]; then
  compile release muster || fail "image: the binary was not built (see build/logs/)"
  binary=build/release/muster
fi
version=$("$binary" version | cut -d' ' -f2)
target=${1:-build/image}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

strip -o "$work/muster" "$binary"
# "name => /path (address)" or, for the loader, "/path (address)".
ldd "$binary" | sed -nE 's/^\s*(\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/\2/p' | sort >"$work/libraries"
[ "$(wc -l <"$work/libraries")" -gt 0 ] || fail "image: ldd found no libraries of $binary"
! ldd "$binary" | grep 'not found' || fail "image: a library of $binary is missing"

# Which packages the libraries are of: their copyright files go along.
while read -r library; do
  { dpkg-query -S "$(realpath "$library")" || dpkg-query -S "$library"; } 2>/dev/null |
    head -n 1 | sed -E 's/(:[a-z0-9]+)?: .*//'
done <"$work/libraries" | sort -u >"$work/packages"

python3 test/image/oci.py --binary "$work/muster" --libraries "$work/libraries" \
  --packages "$work/packages" --version "$version" --architecture "$(dpkg --print-architecture)" \
  --licence LICENSE --target "$target"
