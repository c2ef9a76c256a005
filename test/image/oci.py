# SPDX-License-Identifier: Apache-2.0
"""Writes an OCI image of one layer, in an order, with times and owners that depend on nothing.

Specification: opencontainers/image-spec v1.1 (image-layout, manifest, config)."""

import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import tarfile

USER = 65532  # "nonroot", as distroless images have it
EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def entry(name, mode, kind=tarfile.REGTYPE, size=0, link=""):
    made = tarfile.TarInfo(name)
    made.mode, made.type, made.size, made.linkname, made.mtime = mode, kind, size, link, EPOCH
    return made


class Layer:
    """Files by path; written sorted, each after the folders that it is in."""

    def __init__(self):
        self.entries = {}

    def folder(self, path):
        if path and path not in self.entries:
            self.folder(os.path.dirname(path))
            self.entries[path] = (entry(path, 0o755, tarfile.DIRTYPE), None)

    def file(self, path, content, mode=0o644):
        path = path.lstrip("/")
        self.folder(os.path.dirname(path))
        self.entries[path] = (entry(path, mode, size=len(content)), content)

    def link(self, path, to):
        self.folder(os.path.dirname(path))
        self.entries[path] = (entry(path, 0o777, tarfile.SYMTYPE, link=to), None)

    def bytes(self):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for _, (made, content) in sorted(self.entries.items()):
                tar.addfile(made, io.BytesIO(content) if content is not None else None)
        return stream.getvalue()


def root_file_system(options):
    layer = Layer()
    # Debian's merged /usr: libraries are looked for under both names.
    layer.link("lib", "usr/lib")
    layer.link("lib64", "usr/lib64")
    layer.file("usr/bin/muster", options.binary.read_bytes(), 0o755)
    layer.link("muster", "usr/bin/muster")
    for library in options.libraries.read_text().split():
        path = library if library.startswith("/usr/") else "/usr" + library
        layer.file(path, pathlib.Path(library).read_bytes(), 0o755)
    for package in options.packages.read_text().split() + ["ca-certificates"]:
        path = f"/usr/share/doc/{package}/copyright"
        layer.file(path, pathlib.Path(path).read_bytes())
    layer.file("usr/share/doc/muster/copyright", options.licence.read_bytes())
    layer.file(CERTIFICATES, pathlib.Path(CERTIFICATES).read_bytes())
    layer.file("etc/passwd", f"root:x:0:0::/:/\nnonroot:x:{USER}:{USER}::/:/\n".encode())
    layer.file("etc/group", f"root:x:0:\nnonroot:x:{USER}:\n".encode())
    layer.file("etc/nsswitch.conf", b"hosts: files dns\n")
    return layer.bytes()


class Layout:
    def __init__(self, target):
        self.target = target
        shutil.rmtree(target, ignore_errors=True)
        (target / "blobs" / "sha256").mkdir(parents=True)

    def blob(self, media_type, content):
        digest = hashlib.sha256(content).hexdigest()
        (self.target / "blobs" / "sha256" / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(content)}

    def write(self, name, value):
        (self.target / name).write_bytes(encoded(value))


def encoded(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def created():
    import datetime

    return datetime.datetime.fromtimestamp(EPOCH, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_image(options, layout):
    layer = root_file_system(options)
    packed = layout.blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip.compress(layer, 9, mtime=0))
    labels = {
        "org.opencontainers.image.title": "muster",
        "org.opencontainers.image.description": "Batch gang scheduler for Kubernetes",
        "org.opencontainers.image.version": options.version,
        "org.opencontainers.image.licenses": "Apache-2.0",
    }
    config = {
        "architecture": options.architecture,
        "os": "linux",
        "created": created(),
        "config": {
            "User": f"{USER}:{USER}",
            "Entrypoint": ["/usr/bin/muster"],
            "Cmd": ["serve"],
            "Env": ["PATH=/usr/bin", "SSL_CERT_FILE=" + CERTIFICATES],
            "WorkingDir": "/",
            "ExposedPorts": {"8080/tcp": {}},
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": created(), "created_by": "test/image/build.sh"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": layout.blob("application/vnd.oci.image.config.v1+json", encoded(config)),
        "layers": [packed],
        "annotations": labels,
    }
    named = layout.blob(manifest["mediaType"], encoded(manifest))
    named["annotations"] = {
        "io.containerd.image.name": f"docker.io/library/muster:{options.version}",
        "org.opencontainers.image.ref.name": options.version,
    }
    named["platform"] = {"architecture": options.architecture, "os": "linux"}
    layout.write("index.json", {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [named],
    })
    layout.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
    return packed["size"], len(layer)


def archive(layout, path):
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for source in sorted(layout.rglob("*")):
            name = str(source.relative_to(layout))
            if source.is_dir():
                tar.addfile(entry(name, 0o755, tarfile.DIRTYPE))
            else:
                content = source.read_bytes()
                tar.addfile(entry(name, 0o644, size=len(content)), io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser()
    for name in ("binary", "libraries", "packages", "licence", "target"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    for name in ("version", "architecture"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    layout = options.target / "oci"
    layout.parent.mkdir(parents=True, exist_ok=True)
    packed, unpacked = write_image(options, Layout(layout))
    path = options.target / f"muster-{options.version}.oci.tar"
    archive(layout, path)
    print(f"ok: image muster:{options.version} in {path}"
          f" ({packed / 1e6:.1f} MB packed, {unpacked / 1e6:.1f} MB unpacked)")


if __name__ == "__main__":
    main()
