"""The registry: `limpid serve` and Debian's `docker-registry` (Distribution), pushed to and pulled from in turn.

Both keep blobs in a directory of the same file system, speak HTTP without TLS, and run for the whole time. Limpid is there a
second time with a library before it that makes fsync do nothing: what its durability costs is the difference.
"""

import statistics
import tempfile
from pathlib import Path

from ..process import shown
from ..table import table
from . import content, load, servers

# Images, and how many large blobs of how many bytes, each on a connection of its own.
SIZES = {"full": (500, 4, 256 << 20), "small": (40, 2, 32 << 20)}
CONNECTIONS = 8

HEAD = ["what", "registry", "a second", "p50", "p99", "CPU each", "peak memory"]
RATIOS = ["what", "Limpid to Distribution", "a second", "p50", "p99", "CPU each", "peak memory"]


def measure(limpid, size, repeat, say):
    """Headings with their tables."""
    images, blobs, length = SIZES[size]
    with tempfile.TemporaryDirectory(prefix="limpid-bench-") as folder:
        running = servers.start(limpid, Path(folder))
        try:
            rounds = [one_round(running, number, images, blobs, length, say) for number in range(repeat + 1)]
        finally:
            for server in running:
                server.stop()
    # The first round fills caches and does not count.
    rounds = rounds[1:]
    whats = list(dict.fromkeys(what for what, _ in rounds[0]))
    names = [server.name for server in running]
    yield "Registry: figures", table(HEAD, [row(rounds, what, name) for what in whats for name in names])
    yield "Registry: ratios", table(RATIOS, [ratio(rounds, what, name) for what in whats for name in names[1:]])


def one_round(running, number, images, blobs, length, say):
    """Every kind of work, each by all registries one after the other."""
    done = {}
    small = content.Small(number, images)
    large = content.Large(number, blobs, length)
    kinds = [
        (f"push {images} images of 3 layers of 10 KB", lambda asker: load.push_images(asker, small, CONNECTIONS)),
        (f"pull {images} images of 3 layers of 10 KB", lambda asker: load.pull_images(asker, small, CONNECTIONS)),
        (f"push {blobs} blobs of {length >> 20} MB", lambda asker: load.push_blobs(asker, large)),
        (f"pull {blobs} blobs of {length >> 20} MB", lambda asker: load.pull_blobs(asker, large)),
    ]
    # Who is first changes, since what one leaves to be written to the disk the next one waits for.
    order = running if number % 2 else list(reversed(running))
    for what, work in kinds:
        for server in order:
            say(f"round {number}: {what}: {server.name}")
            servers.settle()
            done[what, server.name] = server.measured(work)
    return done


def ordered(times):
    """The median and the 99th percentile."""
    times = sorted(times)
    return statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.99))]


def of(figure):
    """The columns of a figure as numbers."""
    p50, p99 = ordered(figure.times)
    return [len(figure.times) / figure.wall, p50, p99, figure.cpu / len(figure.times), figure.memory]


def row(rounds, what, name):
    """The median of all rounds."""
    figures = [of(one[what, name]) for one in rounds]
    rate, p50, p99, cpu, memory = (statistics.median(column) for column in zip(*figures))
    return [what, name, f"{rate:,.1f}", shown("wall", p50), shown("wall", p99), shown("cpu", cpu), shown("memory", memory)]


def ratio(rounds, what, name):
    """Limpid's figure by that of another in the same round: the median, the least and the most."""
    columns = []
    for column in range(5):
        values = sorted(of(one[what, servers.LIMPID])[column] / of(one[what, name])[column] for one in rounds)
        columns.append(f"{statistics.median(values):.2f} ({values[0]:.2f}–{values[-1]:.2f})")
    return [what, f"to {name}", *columns]
