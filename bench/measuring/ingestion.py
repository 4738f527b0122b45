"""The largest feeds, read from a mirror by `limpid db update`: each a whole process that begins with nothing."""

import gzip
import io
import json
import re
import tarfile
import tempfile
from pathlib import Path

from .process import Runs, in_turn, once, shown
from .table import table

HEAD = ["what", "rows", "wall", "rows a second", "CPU", "peak memory", "input, as text", "segment", "of the text"]

# A real document, cut down to some rows: what is made has its shape.
TEMPLATE = "crates/core/src/ecosystems/redhat/fixtures/documents/cve-2023-38545.json"
VEX = "security.access.redhat.com/data/csaf/v2/vex"
TRACKER = "security-tracker.debian.org/tracker/data/json"


def measure(tools, root, corpus, cache, rows, repeat, say):
    """The table."""
    say(f"ingestion: an archive of VEX documents with {rows:,} rows")
    mirror, text, rows = vex(root, cache, rows)
    lines = [line("VEX documents, made in the shape of Red Hat's", tools, mirror, "redhat/vex", rows, text, 1)]
    say("ingestion: rows of segments")
    lines.append(written(tools, rows))
    say("ingestion: Debian's tracker")
    tracker = corpus / "mirror" / TRACKER
    packages = json.loads(tracker.read_bytes()).values()
    rows = sum(len(about["releases"]) for package in packages for about in package.values())
    size = tracker.stat().st_size
    lines.append(line("Debian's tracker of the corpus", tools, corpus / "mirror", "debian/tracker", rows, size, repeat))
    return table(HEAD, lines)


def line(what, tools, mirror, feed, rows, text, repeat):
    """A feed, read so many times into a new directory each; the size is the sum of the segments of the last one."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        numbers = iter(range(repeat + 1))

        def run():
            data = scratch / f"data-{next(numbers)}"
            update = [tools.limpid, "db", "update", feed, "--quiet", "--db", data, "--mirror", mirror]
            return once(update, scratch / "output")

        # What takes long is measured once: nothing that came before helps it much.
        runs = Runs([run()]) if repeat == 1 else in_turn([run], repeat)[0]
        newest = max(scratch.glob("data-*"), key=lambda data: data.stat().st_mtime)
        segment = sum(file.stat().st_size for file in (newest / "segments").iterdir())
    return figures(what, rows, runs, text, segment)


def written(tools, rows):
    """Rows that were never text, sorted and written as a segment: what is left of the above without reading."""
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "output"
        run = once([tools.segment_figures, str(rows)], output)
        said = output.read_text()
    text, segment = map(int, re.search(r"(\d+) bytes as JSON, (\d+) bytes as a segment", said).groups())
    rows = int(re.match(r"(\d+) rows", said).group(1))
    return figures("made rows, written as a segment only", rows, Runs([run]), text, segment)


def figures(what, rows, runs, text, segment):
    """A line of the table."""
    wall = runs.median("wall")
    columns = [f"{rows:,}", shown("wall", wall), f"{rows / wall:,.0f}", shown("cpu", runs.median("cpu"))]
    sizes = [f"{text / 1e6:,.2f} MB", f"{segment / 1e6:,.2f} MB", f"{100 * segment / text:.1f}%"]
    return [what, *columns, shown("memory", runs.median("memory")), *sizes]


def vex(root, cache, rows):
    """A mirror whose archive has at least so many rows; its size as text, and its rows. Kept in the cache."""
    template = json.loads((root / TEMPLATE).read_bytes())
    vulnerabilities = template["vulnerabilities"]
    each = sum(len(status) for about in vulnerabilities for status in about["product_status"].values())
    text = json.dumps(template, separators=(",", ":"))
    documents = -(-rows // each)
    mirror = cache / f"vex-{documents}"
    folder = mirror / VEX
    facts = mirror / "facts.json"
    if not facts.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # The name tells the day; what it is compressed with, its first bytes tell.
        (folder / "archive_latest.txt").write_text("csaf_vex_2024-01-01.tar.zst\n")
        size = 0
        with gzip.open(folder / "csaf_vex_2024-01-01.tar.zst", "wb", compresslevel=1) as stored:
            with tarfile.open(fileobj=stored, mode="w|") as archive:
                for number in range(documents):
                    size += add(archive, number, text)
        facts.write_text(json.dumps({"text": size}))
    return mirror, json.loads(facts.read_text())["text"], documents * each


def add(archive, number, text):
    """Adds the document of one number: another vulnerability in another package, fixed in another version."""
    cve = f"CVE-{2000 + number % 25}-{100000 + number}"
    text = text.replace("CVE-2023-38545", cve).replace("cve-2023-38545", cve.lower())
    text = text.replace("curl", f"package{number * 7 % 9000}").replace("7.76.1", f"{number % 9}.{number % 77}.1")
    content = text.encode()
    member = tarfile.TarInfo(f"{cve[4:8]}/{cve.lower()}.json")
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))
    return len(content)
