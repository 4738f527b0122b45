"""Makes alpine-3.16.0.oci.tar, the image of the demo, out of facts.

The package list is that of Alpine 3.16.0 as first published on 2022-05-23. Only what a scanner reads is there: no
program of Alpine's is in the image. Run in this folder; the same bytes come out every time.
"""

import gzip
import hashlib
import io
import json
import tarfile

PACKAGES = [
    # name, version, origin, files
    ("alpine-baselayout", "3.2.0-r20", "alpine-baselayout", ["etc/profile"]),
    ("alpine-baselayout-data", "3.2.0-r20", "alpine-baselayout", ["etc/passwd"]),
    ("alpine-keys", "2.4-r1", "alpine-keys", []),
    ("apk-tools", "2.12.9-r3", "apk-tools", ["sbin/apk"]),
    ("busybox", "1.35.0-r13", "busybox", ["bin/busybox"]),
    ("ca-certificates-bundle", "20211220-r0", "ca-certificates", ["etc/ssl/certs/ca-certificates.crt"]),
    ("libc-utils", "0.7.2-r3", "libc-dev", []),
    ("libcrypto1.1", "1.1.1o-r0", "openssl", ["lib/libcrypto.so.1.1"]),
    ("libssl1.1", "1.1.1o-r0", "openssl", ["lib/libssl.so.1.1"]),
    ("musl", "1.2.3-r0", "musl", ["lib/ld-musl-x86_64.so.1"]),
    ("musl-utils", "1.2.3-r0", "musl", ["usr/bin/ldd"]),
    ("scanelf", "1.3.4-r0", "pax-utils", ["usr/bin/scanelf"]),
    ("ssl_client", "1.35.0-r13", "busybox", ["usr/bin/ssl_client"]),
    ("zlib", "1.2.12-r1", "zlib", ["lib/libz.so.1.2.12"]),
]

OS_RELEASE = """NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.16.0
PRETTY_NAME="Alpine Linux v3.16"
HOME_URL="https://alpinelinux.org/"
BUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"
"""


def stanza(name, version, origin, files):
    lines = [f"P:{name}", f"V:{version}", "A:x86_64", f"o:{origin}"]
    for file in files:
        folder, _, leaf = file.rpartition("/")
        lines += [f"F:{folder}", f"R:{leaf}"]
    return "\n".join(lines) + "\n\n"


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def descriptor(media_type, content, **more):
    return {"mediaType": media_type, "digest": digest(content), "size": len(content), **more}


def document(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def main():
    layer = tar([
        ("etc/os-release", OS_RELEASE.encode()),
        ("etc/alpine-release", b"3.16.0\n"),
        ("lib/apk/db/installed", "".join(stanza(*package) for package in PACKAGES).encode()),
    ])
    stored = gzip.compress(layer, 9, mtime=0)
    config = document({
        "architecture": "amd64",
        "os": "linux",
        "created": "2022-05-23T00:00:00Z",
        "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
    })
    oci = "application/vnd.oci.image."
    manifest = document({
        "schemaVersion": 2,
        "mediaType": oci + "manifest.v1+json",
        "config": descriptor(oci + "config.v1+json", config),
        "layers": [descriptor(oci + "layer.v1.tar+gzip", stored)],
    })
    platform = {"architecture": "amd64", "os": "linux"}
    name = {"org.opencontainers.image.ref.name": "alpine:3.16.0"}
    index = document({
        "schemaVersion": 2,
        "mediaType": oci + "index.v1+json",
        "manifests": [descriptor(oci + "manifest.v1+json", manifest, platform=platform, annotations=name)],
    })
    blobs = [(f"blobs/sha256/{digest(blob)[7:]}", blob) for blob in (stored, config, manifest)]
    with open("alpine-3.16.0.oci.tar", "wb") as file:
        file.write(tar([("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index), *blobs]))


main()
