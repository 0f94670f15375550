"""The servers that a bench asks: one process each, in the ways that `manage.py serve` has them and those it was chosen
among.

`SERVERS` is a table of command lines; an application is a module path, and `bench.bare` offers the same two as
`config.wsgi` and `config.asgi`. What a server holds is counted with all its processes.
"""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.children import ROOT, environment

THREADS = 4
START_SECONDS = 60
APPLICATIONS = {
    # what: under WSGI, under ASGI
    "ours": ("config.wsgi:application", "config.asgi:application"),
    "bare": ("bench.bare:wsgi", "bench.bare:asgi"),
    "echo": ("", "bench.echo:application"),
}
BIN = Path(sys.executable).parent


def commands(port: int, threads: int, processes: int = 1) -> dict[str, tuple[int, list[str]]]:
    """Each server: which of an application's two it takes (0 for WSGI, 1 for ASGI), and its command without the
    application."""
    return {
        "granian": (0, [
            str(BIN / "granian"), "--interface", "wsgi", "--workers", str(processes), "--blocking-threads", str(threads),
            "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--no-log",
        ]),
        "gunicorn": (0, [
            str(BIN / "gunicorn"), "--workers", "1", "--worker-class", "gthread", "--threads", str(threads),
            "--worker-connections", "1000", "--keep-alive", "30", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
            "--no-control-socket",
        ]),
        "uvicorn": (1, [
            str(BIN / "uvicorn"), "--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--lifespan", "off",
            "--no-server-header", "--no-proxy-headers", "--log-level", "error", "--timeout-graceful-shutdown", "1",
        ]),
    }  # fmt: skip


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def members(self) -> list[psutil.Process]:
        """It, and all it started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            mine = psutil.Process(self.process.pid)
            return [mine, *mine.children(recursive=True)]
        return []

    def mebibytes(self) -> float:
        """Resident, of all of them; what they share counts once in each."""
        return sum(member.memory_info().rss for member in self.members()) / 2**20

    def cpu_seconds(self) -> float:
        return sum(sum(member.cpu_times()[:2]) for member in self.members())

    def threads(self) -> int:
        return sum(member.num_threads() for member in self.members())

    def end(self) -> None:
        """As an operator would; what does not go is made to go."""
        members = self.members()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        for member in members:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        self.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    server: str, application: str, *, home: Path, threads: int = THREADS, processes: int = 1, port: int = 0, **more: str
) -> Iterator[Server]:
    """A started server that answers. `more` is environment."""
    started = start(server, application, home=home, threads=threads, processes=processes, port=port, **more)
    try:
        yield started
    finally:
        started.end()


def start(
    server: str, application: str, *, home: Path, threads: int = THREADS, processes: int = 1, port: int = 0, **more: str
) -> Server:
    port = port or free_port()
    which, command = commands(port, threads, processes)[server]
    log = home / f"{server}-{port}.log"
    with log.open("ab") as said:
        process = subprocess.Popen(
            [*command, APPLICATIONS[application][which]], cwd=ROOT, env=environment(home, **more),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
    started = Server(port, process)
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            started.end()
            raise SystemExit(f"{server} with {application} did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
    return started


def _answers(port: int) -> bool:
    """Any HTTP answer will do."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    except http.client.HTTPException:
        return False
    finally:
        connection.close()
    return True
