"""PostgreSQL is restarted in immediate mode while a worker holds a purchase: the worker waits for it, and writes what it
paid for."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.chaos.conftest import Postgres
from tests.chaos.crew import Crew
from tests.chaos.verdict import wrong

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
