"""Stories are made while processes of every role are killed at random. Nothing is lost, submitted twice, or charged without
being booked, and nothing lies about for long.

`make test-long` makes 510 purchases under 300 kills on each database; the suite makes 21 under 12.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.conftest import Postgres
from tests.chaos.crew import Crew
from tests.chaos.storm import ROLES, Roles, Storm, all_ended
from tests.chaos.verdict import wrong
from tests.installs import Seen, an_install

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1500)]
STORIES = int(os.environ.get("STORM_STORIES", "170"))
KILLS = int(os.environ.get("STORM_KILLS", "300"))
STUCK_SECONDS = 10.0
"""On top of a lease: nothing lies about for longer while there is a worker."""


def through_the_storm(
    storm: Storm, crew: Crew, *, stories: int, kills: int, seed: int, seconds: float, wait_seconds: float
) -> dict[str, Any]:
    """What was found after so many kills, while stories were begun over so many seconds."""
    began = time.monotonic()
    storm.build(crew)
    every = seconds / stories
    with storm.workers():
        storm.install.wait_for(lambda: storm.tree()["pusher"], 60, "a worker group")
        orders = storm.begin("-m", "tests.chaos.orders", str(stories), "--every", str(every))
        with storm.watched() as seen:
            storm.kill_at_random(kills, random.Random(seed))
            assert orders.wait(seconds + 120) == 0
            found = storm.wait_until(all_ended, wait_seconds)
    found |= {"hits": dict(storm.hits), "seconds": round(time.monotonic() - began), **seen}
    print(json.dumps(found))
    return found


def test_a_few_kills(crew_on_sqlite: Crew, tmp_path: Path) -> None:
    with an_install(tmp_path / "home") as install:
        storm = Storm(install, tmp_path / "books", LEASE_SECONDS="3")
        found = through_the_storm(storm, crew_on_sqlite, stories=7, kills=12, seed=1, seconds=10, wait_seconds=120)
    assert wrong(found) == {}
    assert set(found["hits"]) == set(ROLES)
    assert sum(found["statuses"].values()) == 21


@pytest.mark.long
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_three_hundred_kills(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if database == "postgresql":
        crew: Crew = request.getfixturevalue("crew_on_postgres")
        server: Postgres = request.getfixturevalue("postgres")
        more = {"DATABASE_URL": server.copy("storm")}
    else:
        crew, more = request.getfixturevalue("crew_on_sqlite"), {}
    with an_install(tmp_path / "home") as install:
        storm = Storm(install, tmp_path / "books", **more)
        found = through_the_storm(storm, crew, stories=STORIES, kills=KILLS, seed=2, seconds=KILLS, wait_seconds=240)
    assert wrong(found) == {}
    assert (set(found["hits"]), sum(found["hits"].values())) == (set(ROLES), KILLS)
    assert sum(found["statuses"].values()) == 3 * STORIES
    lease = float(storm.environment["LEASE_SECONDS"])
    assert found["longest"]["seconds"] <= lease + STUCK_SECONDS, found["longest"]


def test_who_is_who() -> None:
    """A worker and the pusher are replaced at the same time: the new ones are what was missing."""

    def tree(*children: int) -> list[Seen]:
        above = [Seen(1, 0, "manage.py workers"), Seen(2, 1, "host"), Seen(3, 2, "host")]
        return [*above, *(Seen(pid, 3, "host") for pid in children)]

    known, roles = {"supervisor": [1], "host": [2], "sentinel": [3]}, Roles()
    assert roles.look(tree(4, 5, 6, 7)) == {**known, "worker": [4, 5], "monitor": [6], "pusher": [7]}
    assert roles.look(tree(5, 6)) == {**known, "worker": [5], "monitor": [6], "pusher": []}
    assert roles.look(tree(5, 6, 8, 9)) == {**known, "worker": [5, 8], "monitor": [6], "pusher": [9]}
