"""The image of packages of languages: `limpid index` against the floor and against Syft, and the match of its packages."""

import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from . import index, scan, syft
from .process import once
from .table import table

# The feeds that are matched with.
FEEDS = ["python", "nodejs", "java", "golang", "rust"]

COSTS_HEAD = ["what", "limpid", "Syft", "ratio"]
LISTS_HEAD = ["packages", "both", "only limpid", "only Syft", "such as"]

# Syft takes a minute or more: after one run that does not count, so many do.
SYFT_REPEAT = 1

# Differences of one kind that are shown.
EXAMPLES = 4


def measure(tools, image, mirror, repeat, with_syft, say):
    """Headings with their tables."""
    yield "Index against the floor", index.measure(tools, [image], repeat, say)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        if with_syft:
            say(f"syft {image.name}")
            limpid, other = syft.runs(tools, image, scratch, SYFT_REPEAT)
            ours, theirs = (lists(scratch / name, of) for name, of in (("limpid", "packages"), ("syft", "artifacts")))
            yield "Index against Syft", f"{costs(limpid, other)}\n\n{table(LISTS_HEAD, differences(ours, theirs))}"
        say(f"match {image.name}")
        common = ["--quiet", "--db", scratch / "data"]
        once([tools.limpid, "db", "update", *common, "--mirror", mirror, *FEEDS], scratch / "update", scan.STATUSES)
        rows, facts = scan.in_process(tools, image, common, scratch)
        yield "Match", f"{rows}\n\n{facts}"


def costs(limpid, other):
    """What both cost."""
    rows = []
    for what, name in (("cpu", "CPU"), ("wall", "wall"), ("memory", "peak memory")):
        ratio = other.median(what) / limpid.median(what)
        rows.append([name, limpid.range(what), other.range(what), f"{ratio:.1f}"])
    return table(COSTS_HEAD, rows)


def lists(report, packages):
    """Kind, name and version of every package with a purl. Of Java's names the group is left out, which is often guessed."""
    found = set()
    for package in json.loads(report.read_text())[packages]:
        match = re.fullmatch(r"pkg:([^/]+)/([^?#]+?)@([^?#]+)(?:[?#].*)?", package.get("purl") or "")
        if match:
            kind, name, version = match[1], unquote(match[2]), unquote(match[3])
            found.add((kind, plain(kind, name), version))
    return found


def plain(kind, name):
    """A name, however it is spelled."""
    if kind == "pypi":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.rsplit("/", 1)[-1] if kind == "maven" else name


def differences(ours, theirs):
    """A line for each kind: how many packages both have, and which only one of them."""
    kinds = Counter(kind for kind, _, _ in [*ours, *theirs])
    rows = []
    for kind, _ in kinds.most_common():
        one, other = ({package[1:] for package in found if package[0] == kind} for found in (ours, theirs))
        examples = [("limpid", sorted(one - other)), ("Syft", sorted(other - one))]
        shown = "; ".join(f"{whose}: {some(packages)}" for whose, packages in examples if packages)
        rows.append([kind, f"{len(one & other):,}", f"{len(one - other):,}", f"{len(other - one):,}", shown])
    return rows


def some(packages):
    """A few of them."""
    step = max(1, len(packages) // EXAMPLES)
    return ", ".join(" ".join(package) for package in packages[::step][:EXAMPLES])
