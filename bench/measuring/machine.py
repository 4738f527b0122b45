"""What the figures were measured on."""

import os
import platform
import subprocess
from pathlib import Path


def describe(root):
    """The machine and the revision, a line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return [
        f"CPU: {processor()}, {os.cpu_count()} cores",
        f"Memory: {memory / 2**30:.0f} GiB",
        f"Kernel: {platform.system()} {platform.release()}",
        f"Compiler: {printed(['rustc', '--version'], root)}",
        f"Load before (1, 5, 15 minutes): {', '.join(f'{load:.1f}' for load in os.getloadavg())}",
        f"Revision: {revision(root)}",
    ]


def processor():
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def revision(root):
    """The commit, and whether the sources differ from it."""
    commit = printed(["git", "rev-parse", "--short=12", "HEAD"], root)
    changed = printed(["git", "status", "--porcelain", "--untracked-files=no", "--", "crates", "Cargo.lock"], root)
    return f"{commit} and changes that are not committed" if changed else commit


def printed(command, root):
    """What a command prints."""
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
