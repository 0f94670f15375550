"""The table of states, and the one write that all changes go through: compare-and-set on status and fence."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F

from accounts.prepared_writes import PreparedUpdate
from generation import wakes
from generation.models import ACTIVE, Job, Status
from generation.providers.contract import Kind

ALLOWED: dict[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.QUEUED, Status.FAILED, Status.REFUSED, Status.CANCELLED, Status.UNKNOWN}),
    Status.QUEUED: frozenset({Status.RUNNING, Status.FAILED, Status.CANCELLED, Status.UNKNOWN}),
    Status.RUNNING: frozenset(
        {
            Status.RUNNING, Status.QUEUED, Status.PARKED, Status.STORED, Status.FAILED, Status.REFUSED, Status.UNKNOWN,
            Status.CANCELLED,
        }
    ),
    Status.PARKED: frozenset({Status.RUNNING, Status.FAILED, Status.UNKNOWN, Status.CANCELLED}),
    Status.STORED: frozenset({Status.STORED, Status.DONE, Status.QUEUED, Status.FAILED, Status.REFUSED}),
    Status.DONE: frozenset(),
    Status.FAILED: frozenset({Status.QUEUED, Status.WAITING, Status.STORED}),
    Status.REFUSED: frozenset({Status.QUEUED, Status.WAITING}),
    Status.CANCELLED: frozenset({Status.QUEUED, Status.WAITING}),
    Status.UNKNOWN: frozenset({Status.QUEUED, Status.WAITING}),
}  # fmt: skip


AGAIN: dict[Status, frozenset[Status]] = {Status.DONE: frozenset({Status.QUEUED})}
"""What a delivery may do besides: it buys nothing, so what was taken once can be sent once more."""


NOT_SPOOLED: dict[str, Any] = {"spool_id": None, "spooled_until": None}
"""Columns of a job of whose present attempt nothing waits for storage."""


ONE_MORE = F("version") + 1
_mine = PreparedUpdate(
    lambda job_id, fence, status, attempt: Job.objects.filter(id=job_id, fence=fence, status=status, attempt=attempt),
    job_id=uuid.UUID, fence=int, status=str, attempt=int,
)  # fmt: skip


class LostClaim(Exception):
    """Somebody else holds the job by now, or it has ended: what this worker knows of it no longer counts."""


def move(job: Job, to: Status, *, seen: bool = True, **changes: Any) -> None:
    """Write `to` and `changes` if the row still has the fence and the status that `job` was loaded with; `LostClaim`
    otherwise. `seen` makes the version grow, so that sockets look. What was written of a text so far goes with the state it
    was written in."""
    source = Status(job.status)
    more = AGAIN.get(source, frozenset()) if job.kind == Kind.DELIVER else frozenset()
    if to not in ALLOWED[source] | more:
        raise ValueError(f"A job does not go from {source} to {to}.")
    written = write(job, status=to, seen=seen, **{"partial": "", **changes})
    if not written:
        raise LostClaim(f"job {job.id}: fence {job.fence} is over")


def write(job: Job, *, seen: bool = True, **changes: Any) -> bool:
    """Write under the fence without a change of state; False where the claim is lost."""
    if seen:
        changes["version"] = ONE_MORE
    if not _mine.write(changes, job_id=job.id, fence=job.fence, status=job.status, attempt=job.attempt):
        return False
    for name, value in changes.items():
        if not hasattr(value, "resolve_expression"):
            setattr(job, name, value)
    if seen:
        job.version += 1
        wakes.moved(job)
    return True


def is_active(job: Job) -> bool:
    """Whether the engine still works on it."""
    return job.status in ACTIVE


def stir(**which: Any) -> None:
    """Have whoever follows these jobs look at them again: something about them changed that is no state of theirs."""
    stirred = Job.objects.filter(**which)
    stirred.update(version=F("version") + 1)
    wakes.all_moved(stirred)
