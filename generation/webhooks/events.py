"""What is told, in which words. Pure.

The id of an event follows from what happened, so that however often it is announced (after a crash, or by two processes)
it is one event. That is also what receivers tell repeats by.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.models import TEST, Event, Status

OURS = uuid.UUID("6f9d2a0e-7c1b-5a43-9d58-2b1f0c7e4a61")
"""The namespace of our event ids."""
TOLD_AS: dict[str, Event] = {
    Status.DONE: Event.FINISHED,
    Status.FAILED: Event.FAILED,
    Status.CANCELLED: Event.FAILED,
    Status.UNKNOWN: Event.FAILED,
    Status.REFUSED: Event.REFUSED,
}
"""How a job ended -> what is told."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `data` is what depends on its type."""

    id: uuid.UUID
    type: str
    at: datetime.datetime
    data: Mapping[str, Any]


def id_of(*facts: object) -> uuid.UUID:
    """The same id for the same facts."""
    return uuid.uuid5(OURS, ":".join(str(fact) for fact in facts))


def job_ended(
    *, job_id: uuid.UUID, attempt: int, ended: str, at: datetime.datetime, said: Mapping[str, Any]
) -> Happened:
    """A job's end. `said` is what programs are told of a job; the word `ended` tells apart what failed, was cancelled, and
    has a fate that is not known."""
    told = TOLD_AS[ended]
    return Happened(id_of(told, job_id, attempt), told, at, {**said, "ended": ended})


def budget_reached(
    *, tenant_id: uuid.UUID, share: int, pool: str, subject_id: uuid.UUID, period: str, starts_on: datetime.date,
    limit_micros: int, used_micros: int, currency: str, at: datetime.datetime,
) -> Happened:  # fmt: skip
    """A share of a cap, once for each period and size of the cap."""
    event_id = id_of(Event.BUDGET, tenant_id, pool, subject_id, period, starts_on, limit_micros, share)
    data = {
        "share": share, "pool": pool, "tier": None if pool == "tenant" else str(subject_id), "period": period,
        "starts_on": starts_on.isoformat(), "currency": currency, "limit_micros": limit_micros, "used_micros": used_micros,
    }  # fmt: skip
    return Happened(event_id, Event.BUDGET, at, data)


def test(*, at: datetime.datetime) -> Happened:
    """What staff send to see whether somebody listens; each is an event of its own."""
    return Happened(uuid.uuid4(), TEST, at, {"message": "This is a test. Nothing happened."})


def body(happened: Happened, *, tenant: str) -> str:
    """What is sent and signed, character for character; plain ASCII, so that no transport changes a byte of it."""
    told = {
        "id": str(happened.id), "type": str(happened.type), "created": happened.at.isoformat(), "tenant": tenant,
        "data": happened.data,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":"))
