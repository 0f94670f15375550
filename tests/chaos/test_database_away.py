"""PostgreSQL is restarted in immediate mode while workers hold purchases: they wait for it, and write what they paid for.

With a provider that has no faults, restarts lose nothing and buy nothing twice: every job is done, by one purchase.
"""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.conftest import Postgres
from tests.chaos.crew import Crew
from tests.chaos.storm import Storm, all_ended
from tests.chaos.verdict import wrong
from tests.installs import an_install

pytestmark = pytest.mark.timeout(180)
LEASE = {"LEASE_SECONDS": "3"}


@pytest.fixture
def house(crew_on_postgres: Crew, moved_in: object) -> Crew:
    return moved_in(crew_on_postgres)  # type: ignore[operator,no-any-return]


def test_what_is_on_its_way_survives_a_restart(house: Crew, postgres: Postgres, tmp_path: Path) -> None:
    """The answer comes while the database is away, and for longer than the lease."""
    gate = tmp_path / "gate"
    house.do("orders")
    worker = house.begin("task", environment={**LEASE, "FERRY_GATE": str(gate)})
    house.until(house.events, "a purchase")
    postgres.stop()
    gate.touch()
    time.sleep(4)
    postgres.start()
    worker.answer()
    found = house.do("verdict")
    assert (found["statuses"], found["purchases"], wrong(found)) == ({"done": 3}, 3, {})


def test_control_a_drain_that_does_not_wait_loses_what_it_paid_for(
    house: Crew, postgres: Postgres, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    house.do("orders")
    worker = house.begin("task", environment={**LEASE, "FERRY_GATE": str(gate), "UNPROTECTED": "waiting"})
    house.until(house.events, "a purchase")
    postgres.restart()
    gate.touch()
    house.until(lambda: not worker.is_there, "its end")
    assert house.work_on(**LEASE)["purchases"] == 4


def test_a_sweep_that_could_not_look_buries_nobody(house: Crew, postgres: Postgres, tmp_path: Path) -> None:
    """After ten seconds without a database every beat is old. The first sweep afterwards leaves the living alone; the control
    takes a purchase out of the hands of one that lives."""
    gate = tmp_path / "gate"
    house.do("orders")
    worker = house.begin("task", environment={"LEASE_SECONDS": "60", "FERRY_GATE": str(gate)})
    house.until(house.events, "a purchase")
    worker.signal(signal.SIGSTOP)
    house.do("age_beats")
    house.do("sweep", trusts_beats=False)
    assert [row["fence"] for row in house.do("jobs")][:1] == [1]
    assert house.do("due") == 0
    house.do("sweep", trusts_beats=True)
    assert house.do("due") == 1
    worker.signal(signal.SIGKILL)


def through_restarts(storm: Storm, crew: Crew, postgres: Postgres, *, stories: int, times: int) -> dict[str, Any]:
    storm.build(crew)
    chance = random.Random(4)
    with storm.workers():
        storm.install.wait_for(lambda: storm.tree()["pusher"], 60, "a worker group")
        orders = storm.begin("-m", "tests.chaos.orders", str(stories), "--every", "0.5")
        storm.install.wait_for(storm.books.exists, 60, "a purchase")
        for _ in range(times):
            postgres.restart(away_seconds=chance.uniform(0, 3))
            time.sleep(chance.uniform(2, 5))
        assert orders.wait(120 + stories) == 0
        found = storm.wait_until(all_ended, 180)
    print(found)
    return found


@pytest.mark.processes
@pytest.mark.parametrize(("stories", "times"), [(4, 1), pytest.param(60, 10, marks=pytest.mark.long)])
@pytest.mark.timeout(900)
def test_groups_resume_after_restarts(
    stories: int, times: int, crew_on_postgres: Crew, postgres: Postgres, tmp_path: Path
) -> None:
    with an_install(tmp_path / "home") as install:
        calm = {"FERRY_FAULTS": "0", "FERRY_SECONDS": "1", "LEASE_SECONDS": "10"}
        address = postgres.copy(f"restarted_{times}")
        storm = Storm(install, tmp_path / "books", groups=1, DATABASE_URL=address, **calm)
        found = through_restarts(storm, crew_on_postgres, postgres, stories=stories, times=times)
    assert wrong(found) == {}
    # A story whose beginning broke off may have begun all the same, and its reader asked again.
    jobs = sum(found["statuses"].values())
    assert jobs >= 3 * stories
    assert (found["statuses"], found["purchases"]) == ({"done": jobs}, jobs)
