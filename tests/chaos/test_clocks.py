"""A worker whose clock is an hour off. Leases, due times and turns go by the database's clock, so it neither loses what it
holds nor takes what others hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.crew import Crew
from tests.chaos.storm import Storm, all_ended
from tests.chaos.verdict import wrong
from tests.installs import an_install

pytestmark = pytest.mark.timeout(180)
HOUR = 3600
LEASE = {"LEASE_SECONDS": "20"}


def a_story_between_two(crew: Crew, gate: Path, *, ours: int, theirs: int, **environment: str) -> None:
    """A worker whose clock is off by `ours` seconds holds a purchase, while one that is off by `theirs` looks for work."""
    crew.do("orders")
    told = {**LEASE, **environment}
    holder = crew.begin("drain", environment={**told, "CLOCK_OFF_SECONDS": str(ours), "FERRY_GATE": str(gate)})
    crew.until(crew.events, "a purchase")
    for _ in range(2):
        crew.do("drain", environment={**told, "CLOCK_OFF_SECONDS": str(theirs)})
        crew.do("sweep", environment={**told, "CLOCK_OFF_SECONDS": str(theirs)})
    gate.touch()
    holder.answer()


@pytest.mark.parametrize(("ours", "theirs"), [(0, HOUR), (0, -HOUR), (HOUR, 0), (-HOUR, 0)])
def test_what_one_holds_is_its_own(ours: int, theirs: int, each_crew: Crew, tmp_path: Path) -> None:
    a_story_between_two(each_crew, tmp_path / "gate", ours=ours, theirs=theirs)
    found = each_crew.do("verdict")
    assert (found["statuses"], found["purchases"], wrong(found)) == ({"done": 3}, 3, {})


def test_control_leases_by_ones_own_clock_are_taken_from_the_living(each_crew: Crew, tmp_path: Path) -> None:
    a_story_between_two(each_crew, tmp_path / "gate", ours=0, theirs=HOUR, UNPROTECTED="leases")
    found = each_crew.work_on(**LEASE)
    assert found["purchases"] > 3


def test_a_message_is_seen_whatever_the_clock_of_who_sent_it(each_crew: Crew) -> None:
    for sent_by in (HOUR, -HOUR):
        each_crew.do("ring", environment={"CLOCK_OFF_SECONDS": str(sent_by)})
        assert each_crew.do("push", environment={"CLOCK_OFF_SECONDS": str(-sent_by)}) == 1
        # It is taken, for everybody.
        assert each_crew.do("push", seconds=0.3, environment={"CLOCK_OFF_SECONDS": str(sent_by)}) == 0


def test_turns_go_by_the_databases_clock(crew_on_postgres: Crew, moved_in: object) -> None:
    crew = moved_in(crew_on_postgres)  # type: ignore[operator]
    crew.do("orders", count=2)
    crew.do("drain", environment={"CLOCK_OFF_SECONDS": str(HOUR)})
    assert abs(crew.do("latest_turn_ago")) < 600


@pytest.mark.long
@pytest.mark.processes
@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_group_whose_clock_is_off_works_beside_another(off: int, crew_on_sqlite: Crew, tmp_path: Path) -> None:
    """Both buy, nothing is bought twice, and neither is replaced for a silence that was none."""
    with an_install(tmp_path / "home") as install:
        storm = Storm(install, tmp_path / "books", FERRY_FAULTS="0", FERRY_SECONDS="1", LEASE_SECONDS="10")
        storm.build(crew_on_sqlite)
        with storm.workers({1: {"CLOCK_OFF_SECONDS": str(off)}}):
            install.wait_for(lambda: len(storm.tree()["pusher"]) == 2, 60, "two worker groups")
            hosts = storm.tree()["host"]
            storm.run("-m", "tests.chaos.orders", "30", "--every", "1")
            found = storm.wait_until(all_ended, 120)
            assert storm.tree()["host"] == hosts
    assert (found["statuses"], found["purchases"], wrong(found)) == ({"done": 90}, 90, {})
    assert found["buyers"] >= 2
