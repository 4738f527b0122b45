"""Brings the listed packages into the cache. What is there is not asked for again.

The lists name exact versions. Debian's archive keeps only the newest of each: where the listed one is gone, the newest
is taken and said. Every other version is taken exactly or not at all.
"""

import sys

from .commands import BuildError, run, say

NETWORK = "this needs a network with the package registry in reach"
BATCH = 100


def read_list(path):
    """The lines of a list, without blank ones and comments."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def batches(items):
    """Items by the hundred: a command line has an end."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def debian(listed, directory):
    """Downloads `name=version` packages; returns their files in the order of the list."""
    directory.mkdir(parents=True, exist_ok=True)
    wanted = list(debian_versions(listed))
    missing = [f"{name}={version}" for name, version in wanted if debian_file(directory, name, version) is None]
    for batch in batches(missing):
        say(f"downloading {len(batch)} Debian packages")
        command = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *batch]
        run(*command, directory=directory, advice=f"{NETWORK}; perhaps `apt-get update` is needed first")
    files = [debian_file(directory, name, version) for name, version in wanted]
    lost = [name for (name, _), file in zip(wanted, files) if file is None]
    if lost:
        raise BuildError(f"downloaded, but not there: {', '.join(lost)}")
    return files


def debian_file(directory, name, version):
    """Where apt-get has put a package, if it has."""
    return next(directory.glob(f"{name}_{version.replace(':', '%3a')}_*.deb"), None)


def debian_versions(listed):
    """The listed versions where the archive still has them, else the newest ones."""
    names = [item.split("=")[0] for item in listed]
    advice = "apt's lists are needed: run `apt-get update` on Debian 12"
    lines = run("apt-cache", "madison", *names, advice=advice).splitlines()
    offered = {}
    for line in lines:
        name, version = (field.strip() for field in line.split("|")[:2])
        offered.setdefault(name, []).append(version)
    for item in listed:
        name, version = item.split("=")
        if name not in offered:
            raise BuildError(f"no Debian package {name} here: {advice}")
        if version not in offered[name]:
            say(f"{name} {version} is no longer offered, taking {offered[name][0]}")
            version = offered[name][0]
        yield name, version


def wheels(listed, directory):
    """Downloads `name==version` wheels for CPython 3.11 on x86-64 Linux."""
    directory.mkdir(parents=True, exist_ok=True)
    present = {wheel_key(*file.name.split("-")[:2]): file for file in directory.glob("*.whl")}
    keys = [wheel_key(*item.split("==")) for item in listed]
    missing = [item for item, key in zip(listed, keys) if key not in present]
    for batch in batches(missing):
        say(f"downloading {len(batch)} wheels")
        platforms = ["manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(18, 29))]
        options = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.11", "--implementation", "cp"]
        options += [word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)]
        options += [word for platform in platforms for word in ("--platform", platform)]
        command = [sys.executable, "-m", "pip", "download", "-q", "-d", str(directory), *options, *batch]
        run(*command, advice=NETWORK)
    present = {wheel_key(*file.name.split("-")[:2]): file for file in directory.glob("*.whl")}
    lost = [item for item, key in zip(listed, keys) if key not in present]
    if lost:
        raise BuildError(f"downloaded, but not there: {', '.join(lost)}")
    return [present[key] for key in keys]


def wheel_key(name, version):
    """A wheel's name and version, however they are spelled."""
    return name.lower().replace("-", "_").replace(".", "_"), version


def npm(listed, directory):
    """Downloads `PATH name@version` packages; returns pairs of path and tarball."""
    directory.mkdir(parents=True, exist_ok=True)
    pairs = [line.split() for line in listed]
    files = {package: directory / npm_file(package) for _, package in pairs}
    missing = sorted(package for package, file in files.items() if not file.exists())
    for batch in batches(missing):
        say(f"downloading {len(batch)} npm packages")
        command = ["npm", "pack", "--silent", "--ignore-scripts", *batch]
        run(*command, directory=directory, advice=NETWORK)
    lost = [package for package, file in files.items() if not file.exists()]
    if lost:
        raise BuildError(f"downloaded, but not there: {', '.join(lost)}")
    return [(path, files[package]) for path, package in pairs]


def npm_file(package):
    """The name that npm gives to a package's file."""
    name, version = package.rsplit("@", 1)
    return f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"


def jars(listed, directory):
    """Downloads `group:artifact:version[:classifier]` jars."""
    directory.mkdir(parents=True, exist_ok=True)
    parts = [line.split(":") for line in listed]
    files = [directory / ("-".join(part[1:]) + ".jar") for part in parts]
    if all(file.exists() for file in files):
        return files
    say(f"downloading {len(parts)} jars")
    project = directory / "pom.xml"
    project.write_text(maven_project(parts))
    goal = "dependency:copy-dependencies"
    options = ["-DexcludeTransitive=true", f"-DoutputDirectory={directory}"]
    run("mvn", "-q", "-B", "-f", str(project), goal, *options, advice=NETWORK)
    lost = [file.name for file in files if not file.exists()]
    if lost:
        raise BuildError(f"downloaded, but not there: {', '.join(lost)}")
    return files


def maven_project(parts):
    """A project that depends on the jars and on nothing that they depend on."""
    alone = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    fields = ("groupId", "artifactId", "version", "classifier")
    dependencies = ""
    for part in parts:
        named = "".join(f"<{field}>{value}</{field}>" for field, value in zip(fields, part))
        dependencies += f"<dependency>{named}{alone}</dependency>\n"
    head = "<modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>large-image</artifactId>"
    head += "<version>1</version><packaging>pom</packaging>"
    return f"<project>{head}\n<dependencies>{dependencies}</dependencies></project>\n"
