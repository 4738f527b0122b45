"""Whole processes, measured several times in turn."""

import functools
import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("child.py")


class Failed(Exception):
    """A command that was to be measured did not do its work."""


@dataclass
class Run:
    """One run of one command: seconds, bytes, and how it ended."""

    wall: float
    cpu: float
    memory: int
    status: int


@dataclass
class Runs:
    """All runs of one command."""

    runs: list

    def median(self, what):
        """The median of `wall`, `cpu` or `memory`."""
        return statistics.median(getattr(run, what) for run in self.runs)

    def range(self, what):
        """The median with the least and the most, for a person."""
        values = sorted(getattr(run, what) for run in self.runs)
        if what == "memory" and values[-1] <= least_memory():
            return f"< {shown(what, least_memory())}"
        unit, size, digits = scale(what, self.median(what))
        median, least, most = (f"{value / size:.{digits}f}" for value in (self.median(what), values[0], values[-1]))
        return f"{median} ({least}–{most}) {unit}"


@functools.cache
def least_memory():
    """What a program that does nothing seems to take: the peak of the process that started it. Less cannot be seen."""
    return once(["/bin/true"], "/dev/null").memory * 1.05


def scale(what, value):
    """The unit to show a value in, its size, and how many digits follow the point."""
    if what == "memory":
        return "MB", 1e6, 0 if value >= 1e7 else 1
    return ("s", 1, 2) if value >= 1 else ("ms", 1e-3, 1)


def shown(what, value):
    """Seconds, milliseconds or megabytes."""
    unit, size, digits = scale(what, value)
    return f"{value / size:.{digits}f} {unit}"


def once(command, output, accepted=(0,)):
    """Runs a command; its standard output goes to a file."""
    helper = [sys.executable, "-I", "-S", str(CHILD), str(output), *map(str, command)]
    printed = subprocess.run(helper, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout
    run = Run(**json.loads(printed))
    if run.status not in accepted:
        said = Path(f"{output}.err").read_text(errors="replace").strip()[-500:]
        raise Failed(f"{' '.join(map(str, command))} ended with {run.status}: {said}")
    return run


def in_turn(commands, repeat):
    """Runs each of several functions once, then each again, and so on; the runs of each.

    In turn, so that whatever slows the machine down slows all of them alike. The first round fills caches and does not
    count.
    """
    rounds = [[command() for command in commands] for _ in range(repeat + 1)]
    return [Runs([one[place] for one in rounds[1:]]) for place in range(len(commands))]
