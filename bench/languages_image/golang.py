"""Builds Go programs from modules, as `go install` does. What is built is kept."""

import os
import stat

from large_image.commands import BuildError, run, say
from large_image.download import NETWORK

BUILD = {"CGO_ENABLED": "0", "GOFLAGS": "-trimpath -buildvcs=false", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def programs(listed, directory):
    """Builds `MODULE@VERSION PACKAGE…`, packages below the module, `.` for itself; the programs, sorted by name."""
    files = []
    for line in listed:
        module, *packages = line.split()
        files += built(module, packages, directory / module.replace("/", "_"))
    return sorted(files, key=lambda file: (file.name, str(file)))


def built(module, packages, directory):
    """The programs of one module."""
    if len(found := present(directory)) == len(packages):
        return found
    say(f"building {len(packages)} programs of {module}")
    directory.mkdir(parents=True, exist_ok=True)
    name, version = module.split("@")
    paths = [f"{name}@{version}" if package == "." else f"{name}/{package}@{version}" for package in packages]
    os.environ.update(BUILD, GOBIN=str(directory))
    run("nice", "go", "install", "-p", "1", *paths, advice=NETWORK)
    if len(found := present(directory)) != len(packages):
        raise BuildError(f"built, but not there: of {module} there are {len(found)} programs")
    return found


def present(directory):
    """The programs that are there."""
    files = directory.iterdir() if directory.is_dir() else ()
    return sorted(file for file in files if file.stat().st_mode & stat.S_IXUSR)


def layer(layer, files, directory):
    """Adds programs; of two with one name each has a folder."""
    names = [file.name for file in files]
    for file in files:
        folder = file.parent.name.split("@")[0].rsplit("_", 1)[-1]
        place = file.name if names.count(file.name) == 1 else f"{folder}-{file.parent.name.split('_')[0]}/{file.name}"
        layer.file(f"{directory}/{place}", file.read_bytes(), 0o755)
