"""A long run of mixed play with rolling restarts: `python bench/soak.py`, half an hour unless MINUTES (or SECONDS) says
otherwise.

There are two processes for plain HTTP (granian), one for sockets (uvicorn) and two worker groups, on one database:
SQLite in a folder that is thrown away, or that of DATABASE_URL, which must be empty. Readers begin stories, wait on
sockets or by polling, choose, go back and look at the gallery; a program with an API key makes texts and pictures and
lists them; an author looks at the studio. One process for HTTP and one worker group are restarted in turns all the
time, and none of the others ever, so that what these hold has no way to go.

Every few seconds memory, open files and threads of each are counted, and of all of them connections to the database,
rows of the queue's tables and temporary files. At the end the medians of the second and of the last quarter are
compared, with the tolerances of `bench/flatness.py` (printed are those of all four); the exit code is 1 where anything
grew, or where anybody was answered with an error. `LEAK=1` adds a process that leaks on purpose.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench import soak_play
from bench.children import ROOT, child, environment, say
from bench.flatness import verdict
from bench.servers import Server, start

LASTS = float(os.environ.get("SECONDS", 0)) or 60 * float(os.environ.get("MINUTES", "30"))
READERS = int(os.environ.get("READERS", "4"))
SAMPLES = 120
"""At least so many, if there is a second for each."""
RESTARTS = 16
"""Over the whole run: as many in each quarter."""
QUEUE_TABLES = ("django_q_ormq", "django_q_task", "generation_beat")


@dataclass
class Soak:
    home: Path
    more: dict[str, str]
    processes: dict[str, Server] = field(default_factory=dict)
    series: dict[str, list[float]] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    restarts: int = 0

    def begin(self) -> None:
        for name in ("web", "web that is restarted"):
            self.processes[name] = self._web("granian")
        self.processes["sockets"] = self._web("uvicorn")
        for name in ("workers", "workers that are restarted"):
            self.processes[name] = self._workers()
        if os.environ.get("LEAK"):
            self.processes["leak"] = self._started([sys.executable, __file__, "--leak"])

    def restart(self) -> None:
        """The next in turn: asked to end, waited for, and begun anew at the same port."""
        is_web = self.restarts % 2 == 0
        name = "web that is restarted" if is_web else "workers that are restarted"
        old = self.processes[name]
        old.end()
        self.processes[name] = self._web("granian", port=old.port) if is_web else self._workers()
        self.restarts += 1

    def sample(self) -> None:
        for name, server in list(self.processes.items()):
            if "restarted" in name:
                continue  # the sum of all has them
            members = server.members()
            self._note(f"{name}: MB", sum(_of(one, lambda p: p.memory_info().rss) for one in members) / 2**20)
            self._note(f"{name}: files", sum(_of(one, lambda p: p.num_fds()) for one in members))
            self._note(f"{name}: threads", sum(_of(one, lambda p: p.num_threads()) for one in members))
        everybody = [one for server in list(self.processes.values()) for one in server.members()]
        self._note("all: MB", sum(_of(one, lambda p: p.memory_info().rss) for one in everybody) / 2**20)
        self._note("all: files", sum(_of(one, lambda p: p.num_fds()) for one in everybody))
        connections, rows = counted(self.home)
        self._note("all: connections", connections or sum(_of(one, _database_files) for one in everybody))
        self._note("all: queue rows", rows)
        self._note("all: temporary files", sum(1 for _ in Path(self.more["TMPDIR"]).rglob("*")))

    def end(self) -> None:
        for server in self.processes.values():
            with contextlib.suppress(OSError):
                server.end()

    def _note(self, name: str, value: float) -> None:
        self.series.setdefault(name, []).append(value)

    def _web(self, server: str, *, port: int = 0) -> Server:
        return start(server, "ours", home=self.home, port=port, **self.more)

    def _workers(self) -> Server:
        return self._started([sys.executable, "manage.py", "workers"])

    def _started(self, command: list[str]) -> Server:
        with (self.home / "soak.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(self.home, **self.more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return Server(0, process)


def _of(one: psutil.Process, ask: Any) -> float:
    """Of a process that may be gone."""
    try:
        return float(ask(one))
    except psutil.Error:
        return 0.0


def _database_files(one: psutil.Process) -> int:
    return sum(1 for file in one.open_files() if file.path.endswith(".sqlite3"))


def counted(home: Path) -> tuple[int, int]:
    """Connections as the database counts them (0 where it has no such list), and rows of the queue's tables."""
    address = os.environ.get("DATABASE_URL", "")
    counting = " + ".join(f"(SELECT COUNT(*) FROM {table})" for table in QUEUE_TABLES)
    if address.startswith("postgres"):
        import psycopg

        with psycopg.connect(address) as connection:
            here = (
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return connection.execute(here).fetchone()[0], connection.execute(f"SELECT {counting}").fetchone()[0]  # type: ignore[index, arg-type]
    import sqlite3

    with contextlib.closing(sqlite3.connect(home / "fablewright.sqlite3", timeout=20)) as connection:
        return 0, connection.execute(f"SELECT {counting}").fetchone()[0]


def unlimited() -> None:
    """Nobody's day ends because of how much they read."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from accounts.models import Cap
    from accounts.tenancy import across_tenants
    from generation.models import Credential

    with across_tenants("a soak reads on"):
        Cap.objects.update(limit=10**12)
    Credential.objects.update(max_concurrent=32)
    say("unlimited")


def leak() -> None:
    """Keep a megabyte and a file, ten times a second."""
    kept: list[Any] = []
    while True:
        kept += [bytearray(os.urandom(1024) * 1024), open(os.devnull, "rb")]  # noqa: SIM115 -- that is the point
        time.sleep(0.1)


def run(soak: Soak, made: dict[str, Any]) -> None:
    stop = threading.Event()
    web = [soak.processes[name].port for name in ("web", "web that is restarted")]
    players = soak_play.players(
        web=web, sockets=soak.processes["sockets"].port, made=made, readers=READERS, stop=stop, troubles=soak.troubles
    )

    def restart() -> None:
        while not stop.wait(LASTS / RESTARTS):
            soak.restart()

    doing = [*players, threading.Thread(target=restart, daemon=True)]
    for thread in doing:
        thread.start()
    ends = time.monotonic() + LASTS
    try:
        while time.monotonic() < ends:
            soak.sample()
            time.sleep(max(LASTS / SAMPLES, 0.5))
    finally:
        stop.set()
        for thread in doing:
            thread.join(90)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    with tempfile.TemporaryDirectory(prefix="fablewright-soak-", ignore_cleanup_errors=True) as folder:
        home, spool = Path(folder) / "home", Path(folder) / "tmp"
        spool.mkdir()
        soak = Soak(home, {"TMPDIR": str(spool), "DEMO_TEXT_SECONDS": "0.3", "LANES": "1"})
        with child(Path(__file__).with_name("library.py"), home=home, STORIES=json.dumps({"kids": 5})) as prepared:
            made = prepared.said
        with child(__file__, "--unlimited", home=home):
            pass
        try:
            soak.begin()
            run(soak, made)
        finally:
            soak.end()
    found = verdict(soak.series)
    print("\n".join(map(str, found)))
    done = dict(sorted(soak.troubles.items()))
    print(f"{LASTS:.0f} s, {READERS} readers, {soak.restarts} restarts; what players did and met: {json.dumps(done)}")
    soak.troubles["restarted anything"] = soak.restarts
    idle = [what for what in (*soak_play.MUST_HAPPEN, "restarted anything") if not soak.troubles[what]]
    if idle:
        print(f"It proves nothing: nobody {', nobody '.join(idle)}.")
    refused = [what for what in done if what.startswith("was answered")]
    if refused:
        print("Players ask for nothing that is not there or too much, so no answer may say so.")
    return 1 if idle or refused or not all(one.is_flat for one in found) else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--unlimited"]:
            unlimited()
        case ["--leak"]:
            leak()
        case _:
            sys.exit(main())
