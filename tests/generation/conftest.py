"""A step for jobs that belong to no story."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generation import drain, steps
from generation.drain import Drain
from generation.models import Job, Status
from tests.generation.mortal_workers import hurry


class NotingStep(steps.Step):
    """Keeps what the engine told it; `answers` scripts `finish`."""

    name = "test-step"

    def __init__(self) -> None:
        self.finished: list[Job] = []
        self.ended_badly: list[Job] = []
        self.answers: list[Any] = []

    def finish(self, job: Job) -> steps.AskAgain | None:
        self.finished.append(job)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def failed(self, job: Job) -> None:
        self.ended_badly.append(job)


@pytest.fixture
def step() -> Iterator[NotingStep]:
    noting = NotingStep()
    steps.register(noting)
    yield noting
    del steps._steps["test-step"]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """One worker, until nothing is due now. What is due later is made due by `later`."""
    monkeypatch.setattr(drain, "SOON_SECONDS", 0.0)
    monkeypatch.setattr(drain, "LOOK_SECONDS", 0.01)

    def run() -> None:
        Drain(f"worker:{uuid.uuid4().hex[:6]}", linger_seconds=0.0).run()

    return run


@pytest.fixture
def later(work: Callable[[], None]) -> Callable[[], None]:
    """Time passes: what waits is due, and a worker comes."""

    def run() -> None:
        for job in Job.objects.filter(status=Status.QUEUED):
            hurry(job)
        work()

    return run
