"""The ways through `limpid` that people wait for: a scan of what is known, and the start of the process."""

import tempfile
from pathlib import Path

from .process import in_turn, once
from .table import table

HEAD = ["what", "wall", "CPU", "peak memory"]

# 1: findings at or above a gate. 3: unproven, because the corpus' feeds are old.
STATUSES = (0, 1, 3)


def measure(tools, image, mirror, repeat, say):
    """A table with a line for each way."""
    say("scan and start")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        data = scratch / "data"
        common = ["--quiet", "--db", data]
        update = once([tools.limpid, "db", "update", *common, "--mirror", mirror, "alpine"], scratch / "update", STATUSES)
        scan = [tools.limpid, "scan", *common, "--offline", image.argument]

        def run(command):
            return lambda: once(command, scratch / "output", STATUSES)

        ways = {
            f"scan --offline {image.name}, evidence known, as a table": run(scan),
            f"scan --offline {image.name}, evidence known, as JSON": run([*scan, "--format", "json"]),
            "--version": run([tools.limpid, "--version"]),
            "--help": run([tools.limpid, "--help"]),
        }
        measured = in_turn(list(ways.values()), repeat)
    rows = [[name, runs.range("wall"), runs.range("cpu"), runs.range("memory")] for name, runs in zip(ways, measured)]
    return table(HEAD, rows), f"db update of the Alpine feeds from the mirror, once: {update.wall:.2f} s"
