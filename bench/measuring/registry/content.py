"""What is pushed: bytes that do not compress and are not there yet, with their digests, made before anything is timed."""

import hashlib
import json
import random

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYERS, LAYER_BYTES = 3, 10_000


def digest(data):
    """As registries write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def described(media_type, data):
    """A descriptor."""
    return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


class Small:
    """Images of some small layers. Each is a tag, a manifest, and blobs with their digests."""

    repository = "bench/small"

    def __init__(self, round_number, count):
        self.images = [self.image(round_number, number) for number in range(count)]

    @staticmethod
    def image(round_number, number):
        """One image."""
        chance = random.Random(f"{round_number} {number}")
        layers = [chance.randbytes(LAYER_BYTES) for _ in range(LAYERS)]
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
        config["rootfs"]["diff_ids"] = [digest(layer) for layer in layers]
        config = json.dumps(config).encode()
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described(CONFIG, config)}
        manifest["layers"] = [described(LAYER, layer) for layer in layers]
        blobs = [(digest(blob), blob) for blob in (config, *layers)]
        return f"r{round_number}-{number}", json.dumps(manifest).encode(), blobs


class Large:
    """Blobs that share all but their first bytes, so that they are in memory once."""

    repository = "bench/large"

    def __init__(self, round_number, count, length):
        rest = memoryview(random.Random(0).randbytes(1 << 20) * ((length >> 20) - 1))
        self.blobs = []
        for number in range(count):
            first = random.Random(f"{round_number} {number} large").randbytes(1 << 20)
            hasher = hashlib.sha256(first)
            hasher.update(rest)
            self.blobs.append((f"sha256:{hasher.hexdigest()}", [first, rest]))
