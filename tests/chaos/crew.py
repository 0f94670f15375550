"""Worker processes that cost a fork each, so that a death, a pause or a wrong clock can be tried in two seconds.

`python -m tests.chaos.crew` loads the project once and forks a process for every line it is told. Seen from a test, `Crew` is
that process, `Member` one of its forks: a real process with a connection of its own, that can be killed and stopped.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.installs import ROOT, until

NAME_ENV = "CHAOS_DATABASE"


def serve() -> None:
    """Fork a process for every line."""
    import django
    from django.db import connections

    django.setup()
    from tests.chaos import deeds  # noqa: F401 -- loaded once, before the forks

    connections.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the dead are gone, and nobody has to wait for them
    print("ready", flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _work(told)
        print(pid, flush=True)


def _work(told: dict[str, Any]) -> None:
    from django.conf import settings
    from django.db import connection

    from generation import crash
    from tests.chaos import deeds, switches

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(told["environment"])
    code = 1
    try:
        connection.settings_dict["NAME"] = os.environ[NAME_ENV]
        settings.GENERATION["LEASE_SECONDS"] = float(os.environ["LEASE_SECONDS"])
        settings.GENERATION["STOP_GRACE_SECONDS"] = 1.0
        crash.check()
        switches.apply()
        answer = getattr(deeds, told["deed"])(**told["arguments"])
        connection.close()  # SQLite's log goes into its file with its last connection
        Path(told["result"]).write_text(json.dumps({"answer": answer}))
        code = 0
    except BaseException:
        import traceback

        Path(told["result"]).write_text(json.dumps({"error": traceback.format_exc()}))
    finally:
        os._exit(code)


@dataclass
class Member:
    """A worker process of the crew."""

    pid: int
    result: Path

    @property
    def is_there(self) -> bool:
        try:
            return (Path("/proc") / str(self.pid) / "stat").read_text().rpartition(") ")[2][0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def answer(self, seconds: float = 180) -> Any:
        """What it did, when it has ended by itself."""
        until(lambda: not self.is_there, seconds, f"the end of process {self.pid}")
        assert self.result.exists(), "it was killed"
        told = json.loads(self.result.read_text())
        assert "error" not in told, told["error"]
        return told["answer"]

    def dies(self, seconds: float = 120) -> None:
        """Wait until it was killed."""
        until(lambda: not self.is_there, seconds, f"the death of process {self.pid}")
        assert not self.result.exists(), f"it lived: {self.result.read_text()}"


class Crew:
    """The process that forks, and the environment of what it forks. `database` is the name of theirs."""

    def __init__(self, home: Path, *, url: str = "") -> None:
        self.home, self.url = home, url
        self.folder, self.database = home, ""
        self._numbers = itertools.count(1)
        self.members: list[Member] = []
        home.mkdir(exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "SECRET_KEY")}
        quiet = {"LOG_LEVEL": "CRITICAL", "QUEUE_LOG_LEVEL": "CRITICAL"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.crew"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={
                **kept, **quiet, "FABLEWRIGHT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
                "FERRY_SECONDS": "0.05", **({"DATABASE_URL": url} if url else {}),
            },
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def begin(self, deed: str, *, environment: dict[str, str] | None = None, **arguments: Any) -> Member:
        """Have a process do one of `deeds`."""
        result = self.folder / f"result-{next(self._numbers)}"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        usual = {
            "FABLEWRIGHT_GROUP": "crew",
            NAME_ENV: self.database,
            "FERRY_BOOKS": str(self.folder / "books"),
            "LEASE_SECONDS": "1",
        }
        told = {
            "deed": deed, "arguments": arguments, "result": str(result), "environment": {**usual, **(environment or {})},
        }  # fmt: skip
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        member = Member(int(self._process.stdout.readline()), result)
        self.members.append(member)
        return member

    def do(self, deed: str, *, environment: dict[str, str] | None = None, **arguments: Any) -> Any:
        """Have it done, and answer what it answered."""
        return self.begin(deed, environment=environment, **arguments).answer()

    def events(self) -> list[dict[str, Any]]:
        books = self.folder / "books"
        return [json.loads(line) for line in books.read_text().splitlines()] if books.exists() else []

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 120) -> None:
        until(condition, seconds, what)

    def work_on(self, seconds: float = 120, **environment: str) -> dict[str, Any]:
        """Let workers and sweeps come by until all jobs have ended; the verdict."""
        ends = time.monotonic() + seconds
        while True:
            self.do("drain", environment=environment)
            found: dict[str, Any] = self.do("verdict")
            if not found["not ended"] or time.monotonic() > ends:
                return found
            self.do("sweep")

    def dismiss(self) -> None:
        """End what is left of a test's processes."""
        for member in self.members:
            if member.is_there:
                member.signal(signal.SIGKILL)
        self.members.clear()

    def end(self) -> None:
        self.dismiss()
        self._process.kill()
        self._process.wait(10)


@contextlib.contextmanager
def a_crew(home: Path, *, url: str = "") -> Iterator[Crew]:
    """A crew with an empty house: tables and seeds, in the database that `url` names or in a file."""
    crew = Crew(home, url=url)
    try:
        crew.database = "postgres" if url else str(home / "fablewright.sqlite3")
        crew.do("build")
        yield crew
    finally:
        crew.end()


if __name__ == "__main__":
    serve()
