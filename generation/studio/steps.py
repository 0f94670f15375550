"""What the engine's jobs mean to the studio. Registered when the app is ready."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from accounts.prepared import Prepared
from accounts.tenancy import current
from generation import steps
from generation.models import Job
from generation.studio import public
from generation.studio.models import Piece
from generation.studio.wishes import STEP

_there = Prepared(
    lambda piece_id: Piece.objects.filter(id=piece_id, deleted_at=None).order_by().values_list("id"), piece_id=uuid.UUID
)


class TakeStep(steps.Step):
    """A take: what was bought is the result, so there is nothing to fill in."""

    name = STEP

    def describe(self, job: Job) -> dict[str, Any]:
        return {
            "piece": str(job.run.topic_id),
            "take": str(job.subject_id),
            **public.marks_of(job),
            **public.result_of(job),
        }

    def is_shown(self, job: Job) -> bool:
        return not self.hidden([job])

    def hidden(self, jobs: Sequence[Job]) -> set[uuid.UUID]:
        topics = {job.id: job.run.topic_id for job in jobs}
        asked = {topic for topic in topics.values() if topic is not None}
        if len(asked) == 1 and current() is not None:  # a program asks how one job stands, again and again
            (topic,) = asked
            there = asked if _there.first(piece_id=topic) is not None else set()
        else:
            there = set(Piece.objects.filter(id__in=asked, deleted_at=None).values_list("id", flat=True))
        return {job_id for job_id, topic in topics.items() if topic not in there}


def register() -> None:
    """Make the step known to the engine."""
    steps.register(TakeStep())
