"""Compresses layers and puts blobs together as an OCI archive (image-layout and image-spec 1.1)."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

MEDIA_TYPES = {"gzip": "application/vnd.oci.image.layer.v1.tar+gzip", "zstd": "application/vnd.oci.image.layer.v1.tar+zstd"}
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
BUFFER = 1 << 20


@dataclass
class Blob:
    """A layer on disk."""

    file: Path
    media_type: str
    digest: str
    diff_id: str
    size: int
    uncompressed: int
    entries: int


class Hashing(io.RawIOBase):
    """Hashes and counts what is written through it."""

    def __init__(self, output):
        super().__init__()
        self.output, self.hash, self.size = output, hashlib.sha256(), 0

    def writable(self):
        return True

    def write(self, content):
        self.hash.update(content)
        self.size += len(content)
        self.output.write(content)
        return len(content)


def write_layer(file, compression, fill):
    """Writes a layer; `fill` adds the entries to the output that it is given, and returns how many."""
    with file.open("wb") as stored:
        if compression == "zstd":
            command = ["zstd", "-q", "-3", "-T1", "-c"]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stored) as compressor:
                unpacked = Hashing(compressor.stdin)
                entries = fill(unpacked)
            if compressor.returncode != 0:
                raise RuntimeError("zstd failed")
        else:
            with gzip.GzipFile(filename="", fileobj=stored, mode="wb", compresslevel=6, mtime=0) as compressor:
                unpacked = Hashing(compressor)
                entries = fill(unpacked)
    with file.open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    size = file.stat().st_size
    diff_id = unpacked.hash.hexdigest()
    return Blob(file, MEDIA_TYPES[compression], digest, diff_id, size, unpacked.size, entries)


def write_archive(archive, blobs):
    """Writes the archive beside its place, then moves it there."""
    config = encode(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{blob.diff_id}" for blob in blobs]},
        }
    )
    layers = [descriptor(blob.media_type, blob.digest, blob.size) for blob in blobs]
    manifest = encode({"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": described(CONFIG_TYPE, config), "layers": layers})
    index = encode({"schemaVersion": 2, "manifests": [described(MANIFEST_TYPE, manifest)]})
    partial = archive.with_suffix(".partial")
    with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "oci-layout", encode({"imageLayoutVersion": "1.0.0"}))
        add(tar, "index.json", index)
        # Syft opens no archive that does not name its folders.
        for folder in ("blobs", "blobs/sha256"):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member)
        for document in (manifest, config):
            add(tar, f"blobs/sha256/{hashlib.sha256(document).hexdigest()}", document)
        for blob in blobs:
            member = tarfile.TarInfo(f"blobs/sha256/{blob.digest}")
            member.size, member.mode = blob.size, 0o644
            with blob.file.open("rb") as content:
                tar.addfile(member, content)
    partial.rename(archive)


def add(tar, name, content):
    """Adds a small file."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    tar.addfile(member, io.BytesIO(content))


def encode(document):
    """JSON, always the same bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def described(media_type, document):
    """The descriptor of a document."""
    return descriptor(media_type, hashlib.sha256(document).hexdigest(), len(document))


def descriptor(media_type, digest, size):
    """A descriptor."""
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}
