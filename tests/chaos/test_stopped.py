"""A worker is stopped past its lease, as by a machine that sleeps, and goes on as if nothing had been. What it knows by then
no longer counts."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.chaos.crew import Crew, Member
from tests.chaos.verdict import wrong

pytestmark = pytest.mark.timeout(180)


def stopped_with(kind: str, crew: Crew, gate: Path, **environment: str) -> Member:
    """A worker that holds a purchase of the kind when it is stopped; all before it is done."""
    crew.do("orders")
    slow = {"FERRY_GATE": str(gate), **environment}
    if kind == "image":
        # The text is let through: its worker dies as it claims the picture.
        marks = crew.folder / "marks"
        marks.mkdir()
        told = {"CRASH_AT": "after_finished", "CRASH_MARK": str(marks)}
        crew.begin("drain", environment=told).dies()
    worker = crew.begin("drain", environment=slow, linger_seconds=3.0)
    crew.until(lambda: any(event["kind"] == kind for event in crew.events()), f"a purchase of kind {kind}")
    worker.signal(signal.SIGSTOP)
    return worker


def test_nothing_is_written_late(each_crew: Crew, tmp_path: Path) -> None:
    """The picture is in its hands, its lease ends, others finish the story; then it wakes up with a picture of its own."""
    gate = tmp_path / "gate"
    worker = stopped_with("image", each_crew, gate)
    found = each_crew.work_on()
    assert (found["statuses"], found["purchases"], wrong(found)) == ({"done": 3}, 4, {})
    rows = each_crew.do("jobs")
    gate.touch()
    worker.signal(signal.SIGCONT)
    worker.answer()
    assert each_crew.do("jobs") == rows
    late = each_crew.do("verdict")
    assert (late["statuses"], late["purchases"], wrong(late)) == ({"done": 3}, 4, {})
    assert late["unused files"] == 1  # what it brought is thrown away: no row names it


def test_control_without_the_fence_it_writes_late(each_crew: Crew, tmp_path: Path) -> None:
    """What is done is half done again. (That its hold is not closed a second time, a constraint of the ledger's sees to.)"""
    gate = tmp_path / "gate"
    worker = stopped_with("image", each_crew, gate, UNPROTECTED="fence", FERRY_SECONDS="1")
    assert wrong(each_crew.work_on()) == {}
    before = each_crew.do("jobs")
    gate.touch()
    worker.signal(signal.SIGCONT)
    each_crew.until(lambda: not worker.is_there, "its end")
    after = each_crew.do("jobs")
    assert [row["kind"] for row, was in zip(after, before, strict=True) if row != was] == ["image"]
