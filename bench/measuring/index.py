"""`limpid index` against the floor: the same layers decompressed and hashed, and nothing else."""

import tempfile
from pathlib import Path

from .process import in_turn, once
from .table import table

HEAD = ["image", "layers' floor", "limpid index", "ratio", "CPU floor", "CPU index", "ratio", "peak memory", "ended"]

# 2: the image is refused, which only hostile ones may be, such as one whose digests are wrong.
DONE, REFUSED = 0, 2


def measure(tools, images, repeat, say):
    """A table with a line for each image."""
    rows = []
    for image in images:
        say(f"index {image.name}")
        with tempfile.TemporaryDirectory() as scratch:
            rows.append(row(image, *runs(tools, image, Path(scratch), repeat)))
    return table(HEAD, rows)


def runs(tools, image, scratch, repeat):
    """The runs of both, in turn; every index with a data directory of its own, so that nothing is known before."""

    def floor():
        return once([tools.floor, "--unverified", image.argument], scratch / "floor")

    def index():
        with tempfile.TemporaryDirectory(dir=scratch) as data:
            command = [tools.limpid, "index", "--quiet", "--format", "json", "--db", data, image.argument]
            accepted = (DONE, REFUSED) if image.name.startswith("hostile") else (DONE,)
            return once(command, scratch / "index", accepted)

    return in_turn([floor, index], repeat)


def row(image, floor, index):
    """One line."""
    return [
        image.name,
        floor.range("wall"),
        index.range("wall"),
        f"{index.median('wall') / floor.median('wall'):.2f}",
        floor.range("cpu"),
        index.range("cpu"),
        f"{index.median('cpu') / max(floor.median('cpu'), 1e-6):.2f}",
        index.range("memory"),
        str(index.runs[-1].status),
    ]
