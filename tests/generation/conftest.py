"""A step for jobs that belong to no story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from generation import steps
from generation.models import Job


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
