#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the image twice, unpacks it as a container runtime would, and runs it as its own user on a
# read-only root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source test/e2e/lib/expect.bash

work=$(mktemp -d)
trap 'umount "$work/root" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"

test/image/build.sh "$work/first" | tee "$work/said"
test/image/build.sh "$work/again" >/dev/null
version=$("${MUSTER_BINARY:-build/release/muster}" version | cut -d' ' -f2)
image=$work/first/muster-$version.oci.tar
expect "two builds give the same bytes" cmp "$image" "$work/again/muster-$version.oci.tar"
mkdir "$work/oci" "$work/root"
tar -xf "$image" -C "$work/oci"

# field FILE KEY...: a value of a JSON file.
field() {
  python3 -c 'import json,sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[int(key) if isinstance(value, list) else key]
print(value if isinstance(value, str) else json.dumps(value))' "$@"
}
blob() { echo "$work/oci/blobs/sha256/${1#sha256:}"; }

for path in "$work"/oci/blobs/sha256/*; do
  expect_equal "a blob's name is its digest" "$(basename "$path")" "$(sha256sum "$path" | cut -d' ' -f1)"
done
manifest=$(blob "$(field "$work/oci/index.json" manifests 0 digest)")
config=$(blob "$(field "$manifest" config digest)")
layer=$(blob "$(field "$manifest" layers 0 digest)")
expect_equal "the layer unpacked is what the config names" "$(field "$config" rootfs diff_ids 0)" \
  "sha256:$(gzip -dc "$layer" | sha256sum | cut -d' ' -f1)"
expect_equal "the image runs as nobody's user" 65532:65532 "$(field "$config" config User)"
expect_equal "its command is muster" '["/usr/bin/muster"]' "$(field "$config" config Entrypoint)"

tar -xzf "$layer" -C "$work/root"
expect_equal "nothing in it is setuid, setgid or writable by others" "" \
  "$(find "$work/root" ! -type l -perm /6022)"
expect_equal "the only program in it is muster" muster "$(ls "$work/root/usr/bin")"

if ! unshare --mount --propagation private true 2>/dev/null; then
  echo "not run: the image itself, since this machine gives no mount namespace (root is needed)"
  all_hold
  exit 0
fi

# run ARGUMENT...: in a mount namespace of its own, the root read-only, without privileges.
run() {
  unshare --mount --propagation private -- bash -ec '
    root=$1 && shift
    mount --bind "$root" "$root"
    mount -o remount,bind,ro,nosuid,nodev "$root"
    if touch "$root/usr/written" 2>/dev/null; then echo "the root can be written" && exit 9; fi
    exec setpriv --no-new-privs env -i "$(command -v chroot)" --userspec=65532:65532 "$root" /usr/bin/muster "$@"
  ' run "$work/root" "$@"
}
expect_equal "it runs: version" "muster $version" "$(run version)"
expect_refusal "a wrong flag is one line and code 2" "no flag" run serve --wibble
cp deploy/examples/demo.yaml "$work/root/demo.yaml"
expect "it runs: simulate" run simulate /demo.yaml
expect_refusal "serve without a cluster says what is missing" "expected --kubeconfig" run serve
tail -n 1 "$work/said"
all_hold
