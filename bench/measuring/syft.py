"""`limpid index` against Syft on the same images: the same packages, and what each costs."""

import json
import os
import tempfile
from pathlib import Path

from .process import in_turn, once
from .table import table
from .tools import unzipped

HEAD = ["image", "packages", "the same", "limpid CPU", "Syft CPU", "ratio", "limpid wall", "Syft wall", "ratio"]
HEAD += ["limpid memory", "Syft memory", "ratio"]


def measure(tools, images, cache, repeat, say):
    """A table with a line for each image in which Syft finds packages of a kind that Limpid reads; and the differences."""
    os.environ["SYFT_CHECK_FOR_APP_UPDATE"] = "false"
    rows, differences = [], []
    for image in images:
        say(f"syft {image.name}")
        with tempfile.TemporaryDirectory() as scratch:
            scratch = Path(scratch)
            limpid, syft = runs(tools, unzipped(image, cache), scratch, repeat)
            ours = packages_of_limpid(json.loads((scratch / "limpid").read_text()))
            theirs = packages_of_syft(json.loads((scratch / "syft").read_text()))
        kinds = {kind for kind, _, _ in ours} or {"apk"}
        theirs = {package for package in theirs if package[0] in kinds}
        rows.append(row(image, ours, theirs, limpid, syft))
        differences += [f"{image.name}: only limpid has {' '.join(package)}" for package in sorted(ours - theirs)]
        differences += [f"{image.name}: only Syft has {' '.join(package)}" for package in sorted(theirs - ours)]
    return table(HEAD, rows), differences


def runs(tools, image, scratch, repeat):
    """The runs of both, in turn."""

    def limpid():
        with tempfile.TemporaryDirectory(dir=scratch) as data:
            command = [tools.limpid, "index", "--quiet", "--format", "json", "--db", data, image.argument]
            return once(command, scratch / "limpid")

    def syft():
        return once([tools.syft, "scan", "-q", "-o", "json", image.argument], scratch / "syft")

    return in_turn([limpid, syft], repeat)


def packages_of_limpid(report):
    """Kind, name and version of every package."""
    return {(package["purl"][4:].split("/")[0], package["name"], package["version"]) for package in report["packages"]}


def packages_of_syft(report):
    """The same of Syft's."""
    return {(package["type"], package["name"], package["version"]) for package in report["artifacts"]}


def row(image, ours, theirs, limpid, syft):
    """One line."""
    ratios = {what: f"{syft.median(what) / limpid.median(what):.0f}" for what in ("cpu", "wall", "memory")}
    cells = [image.name, str(len(ours)), "yes" if ours == theirs else "no"]
    for what in ("cpu", "wall", "memory"):
        cells += [limpid.range(what), syft.range(what), ratios[what]]
    return cells
