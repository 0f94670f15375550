"""The registry of steps: what a job means to the room that asked for it.

A room registers a step under a name when its app is ready. The engine calls `prepare` when what a job needs is done,
`finish` once the purchase is kept, inside a transaction of its own, `tried` whenever a try came back with an error, and
`failed` when the job has ended badly. All run again after a crash, so they must be harmless when repeated. `describe`
adds what the room's status endpoint says of the job, so that a socket says the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models.ledger import Measure
from generation.models import Job


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The answer cannot be used. `request` replaces fields of the job's request for a new attempt with its own hold."""

    why: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Most:
    """The longest prompt (in characters; None: as long as the model takes) and the most files that `prepare` adds. A job
    that waits is held for that much."""

    prompt: int | None = None
    inputs: int = 0


class Step:
    """Base of all steps; the defaults do nothing."""

    name = ""
    most = Most()
    counts_as: Measure | None = None
    """What one of its jobs counts as beside money, where the kind of the purchase does not say it already."""

    def prepare(self, job: Job) -> dict[str, Any]:
        """Fields of the request that were not known before the job's needs were done."""
        return {}

    def said(self, job: Job) -> str:
        """What was written, as rules and checks read it before it shows: everything of it that may show, or goes on to
        another model. Empty where there is nothing to read."""
        return job.result.get("text") or ""

    def finish(self, job: Job) -> AskAgain | None:
        """Write the room's rows from `job.result` and `job.asset`."""
        return None

    def failed(self, job: Job) -> None:
        """The job ended badly; `job.message` says so to a reader."""

    def tried(self, job: Job, error: Exception) -> None:
        """A try came back with `error`; what follows from it is decided elsewhere. For rooms that keep a log."""

    def describe(self, job: Job) -> dict[str, Any]:
        """Fields that the room adds to the job's public payload."""
        return {}

    def belongs_to(self, job: Job) -> dict[str, Any]:
        """Of what `describe` says, what may be known where the result is not shown."""
        return {}

    def is_shown(self, job: Job) -> bool:
        """Whether what came of it is shown to whoever asked for it; staff may have hidden it."""
        return True

    def hidden(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        """Of jobs of this step, those that are not shown. A room with lists answers in a fixed number of queries."""
        return {job.id for job in jobs if not self.is_shown(job)}

    def waiting(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        """Of jobs of this step that are hidden, those that wait for staff to let them be shown: whoever asked may know that
        they are there."""
        return set()


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    """Make `step` known under its name."""
    if not step.name or step.name in _steps:
        raise ValueError(f"A step needs a name of its own, and “{step.name}” is none.")
    _steps[step.name] = step


def find(name: str) -> Step:
    """The step of that name. KeyError where no installed room registered it."""
    return _steps[name]


def hidden(jobs: Sequence[Job]) -> set[uuid.UUID]:
    """Of these jobs, those whose results are not shown to whoever asked for them."""
    found: set[uuid.UUID] = set()
    for name in {job.step for job in jobs}:
        found |= find(name).hidden([job for job in jobs if job.step == name])
    return found


def waiting(jobs: Sequence[Job]) -> set[uuid.UUID]:
    """Of these jobs, whose results are hidden, those that wait for staff to let them be shown."""
    found: set[uuid.UUID] = set()
    for name in {job.step for job in jobs}:
        found |= find(name).waiting([job for job in jobs if job.step == name])
    return found
