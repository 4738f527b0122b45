"""The ways through `limpid` that people wait for: a scan of what is known, and the start of the process."""

import tempfile
from pathlib import Path

from .process import in_turn, once, shown
from .table import table

HEAD = ["what", "wall", "CPU", "peak memory"]

# 1: findings at or above a gate. 3: unproven, because the corpus' feeds are old.
STATUSES = (0, 1, 3)


IN_PROCESS_HEAD = ["what", "the first time in a process", "median (least–most)"]


def measure(tools, image, mirror, repeat, say):
    """Whole processes, then what is too quick for them; each a table with what stands below it."""
    say("scan and start")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        common = ["--quiet", "--db", scratch / "data"]
        update = [tools.limpid, "db", "update", *common, "--mirror", mirror, "alpine"]
        updated = once(update, scratch / "update", STATUSES)
        below = f"`db update` of all Alpine feeds from the mirror, once: {shown('wall', updated.wall)}."
        yield table(HEAD, processes(tools, image, common, scratch, repeat)), below
        yield in_process(tools, image, common, scratch)


def processes(tools, image, common, scratch, repeat):
    """A line for each way."""
    scan = [tools.limpid, "scan", *common, "--offline", image.argument]

    def run(command):
        return lambda: once(command, scratch / "output", STATUSES)

    ways = {
        f"`scan --offline` {image.name}, evidence known, table": run(scan),
        f"`scan --offline` {image.name}, evidence known, JSON": run([*scan, "--format", "json"]),
        "`--version`": run([tools.limpid, "--version"]),
        "`--help`": run([tools.limpid, "--help"]),
    }
    measured = in_turn(list(ways.values()), repeat)
    return [[name, runs.range("wall"), runs.range("cpu"), runs.range("memory")] for name, runs in zip(ways, measured)]


def in_process(tools, image, common, scratch):
    """The table that crates/limpid/examples/in_process.rs measures."""
    once([tools.limpid, "index", *common, "--format", "json", image.argument], scratch / "index", STATUSES)
    once([tools.in_process, common[-1], scratch / "index"], scratch / "in-process")
    facts, *lines = (scratch / "in-process").read_text().splitlines()
    return table(IN_PROCESS_HEAD, [line.split("\t") for line in lines]), f"{image.name}: {facts}."
