"""What a purchase counts as beside money: a picture, so many seconds of film, so many spoken characters, or what its step
says (a scene)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from accounts.models.ledger import Measure
from generation import catalogue, steps
from generation.models import Job
from generation.providers.contract import Kind, Request


def counts_of(job: Job, request: Request) -> Mapping[Measure, int]:
    """The counts of the job, given its request as the model takes it. Of a voice whose words are not known yet, the most that
    its step lets it speak; of a film whose length nobody said, the longest."""
    kind = Kind(job.kind)
    own = steps.find(job.step).counts_as
    counted: dict[Measure, int] = {} if own is None else {own: 1}
    if kind in (Kind.IMAGE, Kind.EDIT):
        counted[Measure.PICTURES] = 1
    elif kind is Kind.VIDEO:
        counted[Measure.FILM_SECONDS] = math.ceil(_seconds(job, request))
    elif kind is Kind.SPEECH:
        counted[Measure.CHARACTERS] = len(request.prompt) or _longest(job)
    return counted


def _seconds(job: Job, request: Request) -> float:
    if request.seconds is not None:
        return request.seconds
    able = catalogue.capabilities(job.model, Kind.VIDEO) if job.model is not None else None
    return able.seconds[1] if able is not None and able.seconds is not None else 0


def _longest(job: Job) -> int:
    able = catalogue.capabilities(job.model, Kind.SPEECH) if job.model is not None else None
    most = steps.find(job.step).most.prompt
    known = [length for length in (most, able.max_prompt if able is not None else None) if length is not None]
    return min(known, default=0)
