"""A worker dies at every named point, and the next ones bring the work to an end that the verdict finds clean."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generation import crash
from tests.chaos.crew import Crew
from tests.chaos.verdict import wrong
from tests.installs import ROOT

pytestmark = pytest.mark.timeout(180)
FILM_ASKS = {"done": 2, "unknown": 1}
ALL_DONE = {"done": 3}


@dataclass(frozen=True)
class Death:
    """Who dies at a point (a deed of the crew, with what it is told), and what becomes of one story's three purchases.
    `purchases` are those the ferry may have taken: more than three where an answer was lost."""

    point: str
    deed: str = "drain"
    statuses: tuple[tuple[str, int], ...] = tuple(ALL_DONE.items())
    purchases: tuple[int, ...] = (3,)
    also: str = ""
    """Another point, at which somebody dies before."""
    without_storage: bool = False
    """Whether storage takes nothing until after the death."""

    def __str__(self) -> str:
        return self.point


DEATHS = [
    Death("after_claim"),
    Death("before_submit", purchases=(3,)),
    Death("after_sent", purchases=(3, 4)),
    Death("after_submit", purchases=(4,)),
    Death("after_kept"),
    Death("after_spooled"),
    Death("after_spool_noted", without_storage=True),
    Death("after_left_in_spool", without_storage=True),
    Death("before_parked", statuses=tuple(FILM_ASKS.items())),
    Death("after_parked"),
    Death("before_stored", purchases=(4,)),
    Death("in_stored", purchases=(4,)),
    Death("after_stored"),
    Death("in_finished"),
    Death("after_finished"),
    Death("after_buried", deed="sweep", also="after_claim"),
    Death("while_stopping", deed="drain"),
    Death("doorbell_taken", deed="push"),
    Death("in_sweep", deed="sweep", statuses=(("failed", 3),), purchases=(0,)),
]


@contextlib.contextmanager
def storage_gone(crew: Crew) -> Iterator[None]:
    """A file stands where the folder of all media was, so that no worker can keep anything."""
    folder, aside = crew.home / "media", crew.home / "media.aside"
    folder.mkdir(exist_ok=True)
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


def test_every_point_is_passed_somewhere_and_tried_here() -> None:
    passed = set()
    for room in ("generation", "accounts", "stories", "config"):
        for path in (ROOT / room).rglob("*.py"):
            passed |= set(re.findall(r'crash\.point\("(\w+)"\)', path.read_text()))
    assert passed == set(crash.POINTS)
    assert {death.point for death in DEATHS} == set(crash.POINTS)


@pytest.mark.parametrize("death", DEATHS, ids=str)
def test_a_death_at_each_point(death: Death, crew: Crew, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    told = {"CRASH_AT": ",".join(filter(None, (death.also, death.point))), "CRASH_MARK": str(marks)}
    crew.do("orders")
    if death.point == "in_sweep":
        crew.do("be_late")
    if death.also:
        crew.begin("task", environment=told).dies()
    if death.point == "while_stopping":
        stop = tmp_path / "stop"
        told["FABLEWRIGHT_STOP_FILE"] = str(stop)
        worker = crew.begin(death.deed, environment={**told, "FERRY_GATE": str(tmp_path / "never")})
        crew.until(lambda: crew.events(), "a purchase")
        stop.touch()
        worker.dies()
        death = Death(death.point, purchases=(4,))  # what was taken and never answered is booked, and bought again
    else:
        with storage_gone(crew) if death.without_storage else contextlib.nullcontext():
            crew.begin(death.deed, environment=told).dies()
    assert sorted(mark.name for mark in marks.iterdir()) == sorted(
        f"{name}.1" for name in (death.point, death.also) if name
    )
    if death.point == "doorbell_taken":
        # The message is locked to everybody for minutes, and the sweep rings another.
        crew.do("sweep")
        assert crew.do("push") == 1
    if death.deed == "sweep":
        crew.do("sweep")
    found = crew.work_on()
    assert (found["statuses"], wrong(found)) == (dict(death.statuses), {})
    assert found["purchases"] in death.purchases


def test_several_points_and_several_deaths(crew: Crew, tmp_path: Path) -> None:
    """The text's first two workers die after the send, the picture's as it is stored."""
    told = {"CRASH_AT": "after_claim:2,after_stored", "CRASH_MARK": str(tmp_path)}
    crew.do("orders")
    deaths = 0
    while deaths < 3:
        worker = crew.begin("drain", environment=told)
        crew.until(lambda worker=worker: not worker.is_there, "the worker's end")
        deaths += not worker.result.exists()
        crew.do("sweep")
    found = crew.work_on(**told)
    assert (found["statuses"], found["purchases"], wrong(found)) == (ALL_DONE, 3, {})
    marks = {"after_claim.1", "after_claim.2", "after_stored.1"}
    assert {path.name for path in tmp_path.iterdir()} >= marks


def test_control_a_worker_that_sends_again_is_caught(crew: Crew, tmp_path: Path) -> None:
    """The rule for recovery is taken out, and a worker dies between the send and the answer."""
    told = {"CRASH_AT": "after_submit", "CRASH_MARK": str(tmp_path), "UNPROTECTED": "recovery"}
    crew.do("orders")
    crew.begin("drain", environment=told).dies()
    # It would send again at every turn for ever: it takes up what the dead one left when that one's lease is over.
    crew.begin("drain", environment={**told}, linger_seconds=5.0)
    crew.until(lambda: len(crew.events()) > 1, "another purchase")
    assert len(crew.do("verdict")["submitted twice"]) == 1


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **environment}, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"CRASH_AT": "after_sennt", "CRASH_MARK": "/tmp"}, "CRASH_AT: there is no point 'after_sennt'. There are: "),
        ({"CRASH_AT": "after_sent:0", "CRASH_MARK": "/tmp"}, "CRASH_AT: 'after_sent:0' asks for no number of deaths"),
        ({"CRASH_AT": "after_sent"}, "CRASH_AT needs CRASH_MARK"),
    ],
    ids=["unknown", "no deaths", "no folder"],
)
def test_what_cannot_happen_is_refused(environment: dict[str, str], told: str, monkeypatch: Any) -> None:
    monkeypatch.delenv("CRASH_MARK", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(crash.UnknownPoint, match=told.replace("[", r"\[")):
        crash.check()


def test_no_process_starts_with_a_point_that_does_not_exist(tmp_path: Path) -> None:
    refused = started(CRASH_AT="after_sennt", CRASH_MARK=str(tmp_path))
    assert (refused.returncode, "there is no point 'after_sennt'" in refused.stderr) == (1, True)
