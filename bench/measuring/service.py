"""The service: `limpid serve` asked over HTTP, on SQLite and on PostgreSQL.

The example `service_figures` of the server's crate does the asking and prints JSON lines; here they become tables.
"""

import json
import subprocess

from .process import Failed, shown
from .table import table

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}

REQUESTS_HEAD = ["what", "database", "connections", "requests", "a second", "p50", "p99", "most", "CPU each"]
REQUESTS_HEAD += ["peak memory"]
STALE_HEAD = ["database", "manifests", "layers fetched", "wall", "images a second", "CPU", "images a CPU second"]
STALE_HEAD += ["peak memory"]
CHANGES_HEAD = ["1,000 advisories", "database", "manifests", "packages changed", "touched", "entries told", "wall", "CPU"]
CHANGES_HEAD += ["memory at rest", "peak memory"]


def measure(tools, corpus, indexed, matched, say):
    """Headings with their tables."""
    requests = [figure for name in DATABASES for figure in figures(tools, corpus, "requests", name, indexed, say)]
    stale = [figure for figure in requests if figure["what"].startswith("re-index")]
    asked = sorted((figure for figure in requests if figure not in stale), key=order(requests))
    yield "Service: requests", table(REQUESTS_HEAD, [request(figure) for figure in asked])
    yield "Service: re-index from evidence", table(STALE_HEAD, [reindex(figure) for figure in stale])
    changes = [figure for name in DATABASES for figure in figures(tools, corpus, "changes", name, matched, say)]
    changes.sort(key=order(changes))
    yield "Service: a change of the advisory data", table(CHANGES_HEAD, [change(figure) for figure in changes])


def figures(tools, corpus, what, database, manifests, say):
    """What the example printed."""
    say(f"service {what} {database}")
    command = [tools.service_figures, tools.limpid, corpus, what, database, str(manifests)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def order(figures):
    """Sorts by what was measured, in the order of the measuring; the databases of each beside each other."""
    first = {}
    for place, figure in enumerate(figures):
        first.setdefault((figure["what"], figure.get("connections")), place)
    return lambda figure: first[figure["what"], figure.get("connections")]


def request(figure):
    """A line of the requests."""
    rate = figure["requests"] / figure["wall"]
    return [
        figure["what"],
        DATABASES[figure["database"]],
        str(figure["connections"]),
        f"{figure['requests']:,}",
        f"{rate:,.0f}" if figure["requests"] > 1 else "",
        *(shown("wall", figure[which]) for which in ("p50", "p99", "most")),
        shown("cpu", figure["cpu"] / figure["requests"]),
        shown("memory", figure["memory"]),
    ]


def reindex(figure):
    """A line of the re-indexing."""
    return [
        DATABASES[figure["database"]],
        f"{figure['requests']:,}",
        f"{figure['fetched']:,}",
        shown("wall", figure["wall"]),
        f"{figure['requests'] / figure['wall']:,.0f}",
        shown("cpu", figure["cpu"]),
        f"{figure['requests'] / figure['cpu']:,.0f}",
        shown("memory", figure["memory"]),
    ]


def change(figure):
    """A line of the changes."""
    return [
        figure["what"],
        DATABASES[figure["database"]],
        f"{figure['manifests']:,}",
        f"{figure['packages']:,}",
        f"{figure['touched'] / figure['manifests']:.1%}",
        f"{figure['told']:,}",
        shown("wall", figure["wall"]),
        shown("cpu", figure["cpu"]),
        shown("memory", figure["rest"]),
        shown("memory", figure["memory"]),
    ]
