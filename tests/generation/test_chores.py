"""Housekeeping that comes round."""

from __future__ import annotations

from typing import Any

import pytest

from generation import chores

REGISTERED = chores.names()
"""Of the rooms that are installed, before a test empties the list."""


@pytest.fixture(autouse=True)
def none_yet(monkeypatch: Any) -> None:
    monkeypatch.setattr(chores, "_chores", {})


def test_each_comes_round_at_its_own_pace(monkeypatch: Any) -> None:
    clock = [100.0]
    monkeypatch.setattr(chores.time, "monotonic", lambda: clock[0])
    done: list[str] = []
    chores.register("often", every_seconds=2, run=lambda: done.append("often"))
    chores.register("seldom", every_seconds=10, run=lambda: done.append("seldom"))
    for _ in range(11):
        chores.run_due()
        clock[0] += 1
    assert (done.count("often"), done.count("seldom"), chores.names()) == (6, 2, ["often", "seldom"])


def test_one_that_fails_keeps_no_other_from_its_turn(caplog: Any) -> None:
    done: list[str] = []

    def broken() -> None:
        raise RuntimeError("no luck")

    chores.register("broken", every_seconds=0, run=broken)
    chores.register("sound", every_seconds=0, run=lambda: done.append("sound"))
    chores.run_due()
    chores.run_due()
    assert done == ["sound", "sound"]
    assert "the chore broken failed" in caplog.text


def test_what_the_rooms_registered() -> None:
    assert {"purge the studio", "remove discarded files"} <= set(REGISTERED)
