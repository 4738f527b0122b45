"""The registries that are measured, each a process with a directory of its own."""

import base64
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ..process import Failed

LIMPID, UNSAFE, DISTRIBUTION = "Limpid", "Limpid, fsync does nothing", "Distribution"
PASSWORD = "a password of the measuring"
SHIM = Path(__file__).with_name("no_sync.c")
TICKS = os.sysconf("SC_CLK_TCK")

# Only the registry: Distribution does not index images either. Memory that is free goes to nobody's tables.
CONFIGURATION = """
data = {data}
roles = ["registry"]
log.level = "warn"
api.listen = "127.0.0.1:0"
introspection.listen = "127.0.0.1:0"
registry.listen = "127.0.0.1:0"
registry.admin_password_file = {password}
updater.on = false
"""

OTHER = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {data}}}, cache: {{blobdescriptor: inmemory}}}}
http: {{addr: '127.0.0.1:{port}', secret: bench}}
"""


@dataclass
class Figure:
    """What one kind of work took: seconds of each thing and of all, seconds of CPU, bytes."""

    times: list
    wall: float
    cpu: float
    memory: int


class Server:
    """A process. It is killed in the end: what is measured is over."""

    def __init__(self, name, command, folder, environment=None):
        self.name = name
        with (folder / "log").open("w") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **(environment or {})},
            )

    def stop(self):
        """Ends it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def cpu(self):
        """Seconds of work, of user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split(" ")
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak(self):
        """The most memory since it was forgotten last."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024

    def measured(self, work):
        """Has clients work, and accounts for it."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        cpu = self.cpu()
        times, wall = work(self)
        return Figure(times, wall, self.cpu() - cpu, self.peak())


class Limpid(Server):
    """`limpid serve`. Clients have a token for one repository, which it checks at each request."""

    def __init__(self, name, program, folder, environment=None):
        folder.mkdir()
        password = folder / "password"
        password.write_text(PASSWORD)
        file = folder / "limpid.toml"
        file.write_text(CONFIGURATION.format(data=json.dumps(str(folder / "data")), password=json.dumps(str(password))))
        super().__init__(name, [program, "serve", "--config", file], folder, environment)
        said = next((line for line in self.process.stdout if line.startswith("Limpid listens on ")), "")
        addresses = re.findall(r"http://([0-9.]+):(\d+)", said)
        if len(addresses) < 2:
            self.stop()
            raise Failed(f"limpid serve said {said!r} and {(folder / 'log').read_text()[-500:]!r}")
        self.address = (addresses[-1][0], int(addresses[-1][1]))

    def authorization(self, repository):
        """A token for a repository."""
        base = f"http://{self.address[0]}:{self.address[1]}/v2/"
        try:
            urllib.request.urlopen(base)
            raise Failed("Limpid asks nobody who they are")
        except urllib.error.HTTPError as refused:
            challenge = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers["www-authenticate"]))
        query = f"?service={challenge['service']}&scope=repository:{repository}:pull,push"
        request = urllib.request.Request(challenge["realm"] + query)
        basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {basic}")
        return f"Bearer {json.load(urllib.request.urlopen(request))['token']}"


class Distribution(Server):
    """Debian's `docker-registry`, with the cache that its package configures: it asks nobody who they are.

    It logs each blob that is not there as an error; nobody reads that but a file."""

    def __init__(self, folder):
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = free.getsockname()
        file = folder / "config.yml"
        file.write_text(OTHER.format(data=folder / "data", port=self.address[1]))
        super().__init__(DISTRIBUTION, ["docker-registry", "serve", file], folder)
        for _ in range(500):
            try:
                socket.create_connection(self.address).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise Failed("docker-registry does not listen")

    def authorization(self, _repository):
        """Nothing."""
        return ""


def settle():
    """What was written before is on the disk, so that nobody waits for the bytes of another."""
    os.sync()


def start(limpid, folder):
    """All of them; without a C compiler not the one whose fsync does nothing."""
    if not shutil.which("docker-registry"):
        raise Failed("docker-registry is not installed: apt-get install docker-registry")
    library = folder / "no_sync.so"
    makers = [lambda: Limpid(LIMPID, limpid, folder / "limpid"), lambda: Distribution(folder / "distribution")]
    if shutil.which("cc") and subprocess.run(["cc", "-shared", "-fPIC", "-o", library, SHIM]).returncode == 0:
        makers.append(lambda: Limpid(UNSAFE, limpid, folder / "unsafe", {"LD_PRELOAD": str(library)}))
    running = []
    try:
        for make in makers:
            running.append(make())
    except BaseException:
        for server in running:
            server.stop()
        raise
    return running
