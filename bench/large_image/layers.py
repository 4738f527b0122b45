"""Turns packages into layers, as the tools that install them would leave them. Nothing is unpacked to disk."""

import io
import subprocess
import tarfile
import zipfile

SITE_PACKAGES = "usr/local/lib/python3.11/site-packages"
APPLICATION_SITE_PACKAGES = "srv/application/venv/lib/python3.11/site-packages"
MERGED_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
STATUS = "var/lib/dpkg/status"


class Layer:
    """A tar that is being written: the paths of a layer, each directory once."""

    def __init__(self, output):
        self.tar = tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT, bufsize=1 << 20)
        self.directories = set()
        self.entries = 0

    def member(self, member, content=None):
        """Adds one entry, with its parents."""
        if member.isdir() and member.name in self.directories:
            return
        self.parents(member.name)
        if member.isdir():
            self.directories.add(member.name)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        self.tar.addfile(member, content)
        self.entries += 1

    def parents(self, path):
        """Adds the directories above a path that are not there yet."""
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            parent = "/".join(parts[:depth])
            if parent not in self.directories:
                directory = tarfile.TarInfo(parent)
                directory.type, directory.mode = tarfile.DIRTYPE, 0o755
                self.directories.add(parent)
                self.tar.addfile(directory)
                self.entries += 1

    def file(self, path, content, mode=0o644):
        """Adds a file of these bytes."""
        member = tarfile.TarInfo(path)
        member.size, member.mode = len(content), mode
        self.member(member, io.BytesIO(content))

    def symlink(self, path, target):
        """Adds a symbolic link."""
        member = tarfile.TarInfo(path)
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, target, 0o777
        self.member(member)

    def close(self):
        """Writes the end of the tar."""
        self.tar.close()


def debian(layer, files, status_before=b""):
    """Adds installed Debian packages and dpkg's database; returns the status file."""
    if not status_before:
        for name in MERGED_DIRECTORIES:
            layer.symlink(name, f"usr/{name}")
            layer.directories.add(name)
    status = status_before
    for file in files:
        paths = debian_files(layer, file)
        status += debian_database(layer, file, paths)
    layer.file(STATUS, status)
    return status


def debian_files(layer, file):
    """Adds what a package carries; returns the paths as dpkg lists them."""
    paths = []
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", file], stdout=subprocess.PIPE) as unpacked:
        with tarfile.open(fileobj=unpacked.stdout, mode="r|") as package:
            for member in package:
                name = member.name.removeprefix("./").strip("/")
                paths.append("/" + name if name not in ("", ".") else "/.")
                if name in ("", ".", *MERGED_DIRECTORIES):
                    continue
                member.name = merged(name)
                if member.islnk():
                    member.linkname = merged(member.linkname.removeprefix("./"))
                member.pax_headers = {}
                layer.member(member, package.extractfile(member) if member.isreg() else None)
    if unpacked.returncode != 0:
        raise RuntimeError(f"dpkg-deb cannot read {file}")
    return paths


def merged(path):
    """Where a path is on a system whose /bin, /sbin and /lib are links into /usr."""
    return f"usr/{path}" if path.split("/")[0] in MERGED_DIRECTORIES else path


def debian_database(layer, file, paths):
    """Adds a package's files under var/lib/dpkg/info; returns its paragraph of the status file."""
    control = subprocess.run(["dpkg-deb", "--ctrl-tarfile", file], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(control)) as package:
        parts = {member.name.removeprefix("./"): package.extractfile(member) for member in package if member.isreg()}
        contents = {name: part.read() for name, part in parts.items()}
    paragraph = contents.pop("control").decode().strip()
    fields = dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
    name = fields["Package"]
    if fields.get("Multi-Arch") == "same":
        name += ":" + fields["Architecture"]
    info = f"var/lib/dpkg/info/{name}"
    layer.file(f"{info}.list", ("\n".join(paths) + "\n").encode())
    for part, content in sorted(contents.items()):
        layer.file(f"{info}.{part}", content, 0o755 if part.endswith(("inst", "rm")) else 0o644)
    first, rest = paragraph.split("\n", 1)
    return f"{first}\nStatus: install ok installed\n{rest}\n\n".encode()


def wheels(layer, files, site_packages):
    """Adds installed wheels."""
    for file in files:
        with zipfile.ZipFile(file) as wheel:
            for entry in wheel.infolist():
                if entry.is_dir():
                    continue
                path = installed_path(entry.filename, site_packages)
                executable = entry.external_attr >> 16 & 0o111
                layer.file(path, wheel.read(entry), 0o755 if executable else 0o644)
        folder = f"{site_packages}/{'-'.join(file.name.split('-')[:2])}.dist-info"
        if folder in layer.directories:
            layer.file(f"{folder}/INSTALLER", b"pip\n")


def installed_path(name, site_packages):
    """Where pip puts a file of a wheel: what is under NAME.data/KIND goes elsewhere."""
    parts = name.split("/")
    if not parts[0].endswith(".data"):
        return f"{site_packages}/{name}"
    prefix = site_packages.removesuffix("/lib/python3.11/site-packages")
    places = {"purelib": site_packages, "platlib": site_packages, "scripts": f"{prefix}/bin"}
    return "/".join([places.get(parts[1], prefix), *parts[2:]])


def npm(layer, packages, directory):
    """Adds npm packages, given as pairs of path and tarball."""
    for path, file in packages:
        with tarfile.open(file, mode="r:gz") as package:
            for member in package:
                inside = member.name.partition("/")[2]
                if member.isreg() and inside:
                    member.name = f"{directory}/{path}/{inside}"
                    member.pax_headers = {}
                    layer.member(member, package.extractfile(member))


def jars(layer, files, directory):
    """Adds jars, as they are."""
    for file in files:
        layer.file(f"{directory}/{file.name}", file.read_bytes())


def application(layer, wheel_files, status):
    """What a Dockerfile's last steps leave: documentation removed, a package removed, older wheels added."""
    layer.file("usr/share/.wh.doc", b"")
    layer.file("usr/share/.wh.man", b"")
    layer.file("var/cache/.wh..wh..opq", b"")
    paragraphs = [part for part in status.split(b"\n\n") if part and not part.startswith(b"Package: ripgrep\n")]
    layer.file(STATUS, b"\n\n".join(paragraphs) + b"\n\n")
    layer.file("usr/bin/.wh.rg", b"")
    for part in ("list", "md5sums"):
        layer.file(f"var/lib/dpkg/info/.wh.ripgrep.{part}", b"")
    wheels(layer, wheel_files, APPLICATION_SITE_PACKAGES)
