"""A real `manage.py play` in a folder of its own, and the eyes to see every process of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest

from tests import template

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 40.0


def until(condition: Callable[[], Any], seconds: float, what: str) -> float:
    """Wait for a condition; how long it took. Fails with `what` where it does not come true."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            pytest.fail(f"Not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


@dataclass(frozen=True)
class Seen:
    """A process as /proc shows it."""

    pid: int
    parent: int
    command: str


@dataclass
class Play:
    """A started `play`: what it printed, and how it ends."""

    pid: int
    output: IO[bytes]
    exit_code: Callable[[], int | None]
    text: str = ""
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._deaf = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # a terminal says EIO when its other end has gone
            while not self._deaf.is_set():
                if select.select([self.output], [], [], 0.1)[0]:
                    chunk = os.read(self.output.fileno(), 4096)
                    if not chunk:
                        return
                    self.text += chunk.decode(errors="replace").replace("\r\n", "\n")

    def hang_up(self) -> None:
        """Close our end of its output. Not while a thread reads from it, which would keep it open."""
        self._deaf.set()
        self._reader.join()
        self.output.close()

    def ready(self) -> float:
        """Wait for the Ready line; the seconds since the start."""
        until(lambda: "Ready: " in self.text or self.exit_code() is not None, START_SECONDS, f"Ready in: {self.text}")
        assert "Ready: " in self.text, self.text
        took = time.monotonic() - self.began
        until(lambda: "Ctrl-C stops everything." in self.text, 5, "the whole welcome")
        return took

    @property
    def port(self) -> int:
        return int(self.text.split("Ready: http://127.0.0.1:")[1].split("/")[0])

    def get(self, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(body) if path == "/healthz" else body

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, seconds: float = 20) -> int:
        """Wait for its end; the exit code."""
        until(lambda: self.exit_code() is not None, seconds, f"the end of play: {self.text}")
        code = self.exit_code()
        assert code is not None
        return code


class Install:
    """A data folder of its own. Its path in the environment marks every process that belongs to it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECRET_KEY", "FABLEWRIGHT_PARENT")}
        return {**kept, "FABLEWRIGHT_HOME": str(self.home), "OPEN": "0", "PORT": "0", "PYTHONUNBUFFERED": "1"}

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**self.environment, **environment},
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def play(self, **environment: str) -> Play:
        """Start it with its output in a pipe."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", "play"], cwd=ROOT, env={**self.environment, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert process.stdout is not None
        return Play(process.pid, process.stdout, process.poll)

    def play_in_terminal(self) -> Play:
        """Start it in a terminal of its own: what is written to its output are the keys that somebody presses."""
        pid, terminal = os.forkpty()
        if pid == 0:
            os.chdir(ROOT)
            os.execve(sys.executable, [sys.executable, "manage.py", "play"], self.environment)

        codes: list[int] = []

        def exit_code() -> int | None:
            if not codes:
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    codes.append(os.waitstatus_to_exitcode(status))
            return codes[0] if codes else None

        return Play(pid, os.fdopen(terminal, "r+b", buffering=0), exit_code)

    def processes(self) -> list[Seen]:
        """Every living process of this install."""
        marker = f"FABLEWRIGHT_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                if marker not in (folder / "environ").read_bytes().split(b"\0"):
                    continue
                state, parent = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it ended meanwhile, or is another user's
            if state != "Z":
                found.append(Seen(int(folder.name), int(parent), command))
        return sorted(found, key=lambda seen: seen.pid)

    def nothing_is_left(self, seconds: float = 15) -> float:
        """Fails where a process of this install outlives the time."""
        return until(lambda: not self.processes(), seconds, f"no process left, but {self.processes()}")

    def kill_all(self) -> None:
        for seen in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(seen.pid, signal.SIGKILL)

    # The parts of the tree, by where they hang.

    def supervisor(self) -> int:
        return next(seen.pid for seen in self.processes() if "manage.py workers" in seen.command)

    def host(self) -> int:
        return self._below(self.supervisor())[0]

    def sentinel(self) -> int:
        return self._below(self.host())[0]

    def workers(self, count: int = 2) -> list[int]:
        """In a fresh group: django-q2 forks its workers first, then the monitor, then the pusher."""
        return self._below(self.sentinel())[:count]

    def monitor(self) -> int:
        return self._below(self.sentinel())[-2]

    def pusher(self) -> int:
        return self._below(self.sentinel())[-1]

    def _below(self, parent: int) -> list[int]:
        return [seen.pid for seen in self.processes() if seen.parent == parent]

    # What the workers did.

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(f"file:{self.home / 'fablewright.sqlite3'}?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def latest_beat(self) -> str:
        return str(self.rows("SELECT max(beat_at) FROM generation_beat WHERE kind = 'group'")[0][0])

    def enqueue(self, function: str, argument: str) -> None:
        """Send a task through the queue."""
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, django; django.setup()\n"
                "from django_q.tasks import async_task; async_task(*sys.argv[1:])",
                function,
                argument,
            ],
            cwd=ROOT, env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}, check=True, timeout=30,
        )  # fmt: skip

    def wait_for(self, condition: Callable[[], Any], seconds: float, what: str) -> float:
        return until(condition, seconds, what)


@contextlib.contextmanager
def an_install(home: Path, *, is_new: bool = False) -> Iterator[Install]:
    """Nothing of it outlives the test, whatever happens. It has its tables already, so that not every test waits for them;
    `is_new` has nothing."""
    made = Install(home)
    if not is_new and not (home / "fablewright.sqlite3").exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(template.migrated(), home / "fablewright.sqlite3")
    try:
        yield made
    finally:
        made.kill_all()
