"""Installs applications of npm packages, as npm does. What is installed is kept."""

import json
import os

from large_image.commands import run, say
from large_image.download import NETWORK

OPTIONS = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--loglevel=error"]
DONE = "package-lock.json"


def applications(listed, directory):
    """Installs `APPLICATION name@version…` with all that they depend on; the folders, in the order of the list.

    The versions of what they depend on are those that npm chooses on that day.
    """
    return [application(directory / line.split()[0], line.split()[1:]) for line in listed]


def application(directory, packages):
    """The folder of one."""
    if (directory / DONE).exists() and wanted(directory) == packages:
        return directory
    say(f"installing {directory.name}, of {' '.join(packages)}")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / DONE).unlink(missing_ok=True)
    versions = dict(package.rsplit("@", 1) for package in packages)
    described = {"name": directory.name, "version": "1.0.0", "private": True, "dependencies": versions}
    (directory / "package.json").write_text(json.dumps(described, indent=2))
    run("npm", "install", *OPTIONS, directory=directory, advice=NETWORK)
    return directory


def wanted(directory):
    """The packages that were asked for when it was installed."""
    versions = json.loads((directory / "package.json").read_text())["dependencies"]
    return [f"{name}@{version}" for name, version in versions.items()]


def layer(layer, directories, target):
    """Adds installed applications."""
    for directory in directories:
        for folder, folders, names in os.walk(directory):
            folders.sort()
            for name in sorted([*names, *(one for one in folders if os.path.islink(f"{folder}/{one}"))]):
                file = f"{folder}/{name}"
                path = f"{target}/{directory.name}/{os.path.relpath(file, directory)}"
                if os.path.islink(file):
                    layer.symlink(path, os.readlink(file))
                else:
                    with open(file, "rb") as content:
                        layer.file(path, content.read(), 0o755 if os.access(file, os.X_OK) else 0o644)
