"""Supervised worker groups in an install of their own, killed by role while they work, and somebody who looks on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.chaos.crew import Crew
from tests.installs import ROOT, Install, Seen

ROLES = ("worker", "pusher", "monitor", "sentinel", "host", "supervisor")
WEIGHTS = {"worker": 6, "pusher": 2, "monitor": 2, "sentinel": 1, "host": 1, "supervisor": 1}
"""How often each is hit. What brings a whole group down is hit less: in a group that never comes up nothing is tried."""


BORN = ("worker", "worker", "monitor", "pusher")
"""Below a sentinel, in the order in which it makes them, and also makes anew those that it misses."""


class Roles:
    """Who is who, by where they hang in the tree: below a supervisor its host, below that a sentinel, and below that workers,
    monitor and pusher. Those look alike, so it is remembered who was what: a new one is what was missing."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def look(self, seen: list[Seen]) -> dict[str, list[int]]:
        """The processes of each role now."""
        found: dict[str, list[int]] = {role: [] for role in ROLES}
        below: dict[int, list[int]] = {}
        for one in seen:
            below.setdefault(one.parent, []).append(one.pid)
        for supervisor in (one.pid for one in seen if "manage.py workers" in one.command):
            found["supervisor"].append(supervisor)
            for host in below.get(supervisor, []):
                found["host"].append(host)
                for sentinel in below.get(host, []):
                    found["sentinel"].append(sentinel)
                    for pid in self._tell_apart(below.get(sentinel, [])):
                        found[self._known[pid]].append(pid)
        self._known = {pid: role for pid, role in self._known.items() if any(pid == one.pid for one in seen)}
        return found

    def _tell_apart(self, children: list[int]) -> list[int]:
        missing = list(BORN)
        for pid in children:
            if self._known.get(pid) in missing:
                missing.remove(self._known[pid])
        for pid in children:
            if pid not in self._known:
                self._known[pid] = missing.pop(0) if missing else "worker"
        return children


class Storm:
    """An install whose workers are killed while they work. `groups` supervisors, each started again when it dies, as an init
    system would."""

    def __init__(self, install: Install, books: Path, *, groups: int = 2, **environment: str) -> None:
        self.install, self.books = install, books
        self.groups = groups
        self.hits: Counter[str] = Counter()
        self._roles = Roles()
        self.environment = {
            **install.environment, "DJANGO_SETTINGS_MODULE": "tests.chaos.settings", "FERRY_BOOKS": str(books),
            "LEASE_SECONDS": "5", "FERRY_SECONDS": "1", "FERRY_FAULTS": "1", "QUEUE_LOG_LEVEL": "CRITICAL",
            "LOG_LEVEL": "CRITICAL", **environment,
        }  # fmt: skip

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def begin(self, *arguments: str, **how: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, start_new_session=True, text=True,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **how},
        )  # fmt: skip

    def build(self, like: Crew) -> None:
        """Move into a copy of the crew's house; the ferry is granted."""
        if not like.url:
            self.install.home.mkdir(exist_ok=True)
            shutil.copy(like.home / "fablewright.sqlite3", self.install.home)
        self.run("-m", "tests.chaos.orders", "0")

    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("-m", "tests.chaos.verdict").splitlines()[-1])
        return found

    @contextlib.contextmanager
    def workers(self, each: Mapping[int, dict[str, str]] | None = None) -> Iterator[None]:
        """Supervisors that are started again when they die. `each` is what only one of them finds in its environment."""
        over = threading.Event()

        def keep(number: int) -> None:
            environment = {**self.environment, **(each or {}).get(number, {})}
            while not over.is_set():
                process = subprocess.Popen(
                    [sys.executable, "manage.py", "workers"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                )  # fmt: skip
                while process.poll() is None and not over.is_set():
                    time.sleep(0.1)
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(30)

        keepers = [threading.Thread(target=keep, args=(number,), daemon=True) for number in range(self.groups)]
        for keeper in keepers:
            keeper.start()
        try:
            yield
        finally:
            over.set()
            for keeper in keepers:
                keeper.join(40)

    def tree(self) -> dict[str, list[int]]:
        return self._roles.look(self.install.processes())

    def kill_at_random(self, kills: int, chance: random.Random, *, pause: tuple[float, float] = (0.3, 2.0)) -> None:
        """Kill some process every now and then, until so many were killed. Every role is hit."""
        ends = time.monotonic() + 60 + 6 * kills
        while sum(self.hits.values()) < kills:
            assert time.monotonic() < ends, f"only {dict(self.hits)} could be killed: the groups do not come back"
            time.sleep(chance.uniform(*pause))
            tree = self.tree()
            if not tree["pusher"] and chance.random() > 0.1:
                continue  # all groups are still coming up: there is nothing to take apart yet
            there = [role for role in ROLES if tree[role]]
            left = [role for role in there if not self.hits[role]] if chance.random() < 0.5 else []
            if there:
                role = chance.choices(left or there, [WEIGHTS[role] for role in left or there])[0]
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(tree[role]), signal.SIGKILL)
                    self.hits[role] += 1

    def wait_until(self, is_over: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        ends = time.monotonic() + seconds
        while True:
            found = self.verdict()
            if is_over(found) or time.monotonic() > ends:
                return found
            time.sleep(2)

    @contextlib.contextmanager
    def watched(self) -> Iterator[dict[str, Any]]:
        """Have somebody look at all jobs all the time; what was seen is there when the block has ended."""
        watcher = self.begin("-m", "tests.chaos.watcher", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        seen: dict[str, Any] = {}
        try:
            yield seen
        finally:
            told, _ = watcher.communicate("over\n", timeout=60)
            seen.update(json.loads(told.splitlines()[-1]))


def all_ended(found: dict[str, Any]) -> bool:
    return not found["not ended"]
