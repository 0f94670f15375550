"""The words the outside uses for the engine's states."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from generation.jobs import public, queueing
from generation.models import Status

WORDS = {
    # engine: (stories, /generate and /api/v1)
    Status.WAITING: ("pending", "queued"),
    Status.QUEUED: ("pending", "queued"),
    Status.RUNNING: ("generating", "processing"),
    Status.PARKED: ("generating", "processing"),
    Status.STORED: ("generating", "processing"),
    Status.DONE: ("complete", "completed"),
    Status.FAILED: ("failed", "failed"),
    Status.REFUSED: ("failed", "failed"),
    Status.CANCELLED: ("failed", "failed"),
    Status.UNKNOWN: ("failed", "failed"),
}


def job(status: Status, **more: Any) -> Any:
    return SimpleNamespace(**{"status": status, "progress": None, "message": "A sentence.", **more})


def test_every_state_has_its_word() -> None:
    assert set(WORDS) == set(Status)
    assert {status: (public.IN_STORIES[status], public.IN_GENERATE[status]) for status in Status} == WORDS


@pytest.mark.parametrize("status", Status)
def test_a_message_only_where_it_failed_and_progress_only_where_it_runs(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "outlook", lambda job: queueing.UNTOLD)
    word = WORDS[status][0]
    expected: dict[str, Any] = {"status": word}
    if word == "generating":
        expected["progress"] = 30
    if word == "failed":
        expected["message"] = "A sentence."
    assert public.in_story(job(status, progress=0.3)) == expected


@pytest.mark.parametrize(("share", "told"), [(None, None), (0.0, 0), (0.004, 0), (0.126, 13), (0.999, 100), (1.0, 100)])
def test_progress_is_whole_percents(share: float | None, told: int | None) -> None:
    assert public.percent(job(Status.RUNNING, progress=share)) == told
