"""Do the jobs agree with the ledger? What `manage.py audit_invariants` asks of the engine room."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models.ledger import EntryKind, LedgerEntry
from accounts.tenancy import across_tenants
from generation.models import ACTIVE, TERMINAL, Job, Status

AT_ONCE = 500


@dataclass(slots=True)
class Attempt:
    """What the ledger says of one attempt, in micro-units: what was held, and each close by its kind."""

    held: int | None = None
    closes: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.held is not None and not self.closes


Attempts = dict[int, Attempt]


def audit() -> list[str]:
    """Sentences about what does not agree in the active tenant. Empty if all is well."""
    booked: defaultdict[uuid.UUID, Attempts] = defaultdict(dict)
    rows = LedgerEntry.objects.order_by().values_list("job_id", "attempt", "kind", "amount_micros")
    for job_id, number, kind, amount in rows.iterator(chunk_size=2_000):
        attempt = booked[job_id].setdefault(number, Attempt())
        if kind == EntryKind.RESERVE:
            attempt.held = amount
        else:
            attempt.closes.append((kind, amount))
    wrong: list[str] = []
    known: set[uuid.UUID] = set()
    columns = ("id", "tenant_id", "attempt", "status", "cost_micros", "hold_micros", "deadline_at")
    jobs = Job.objects.only(*columns).order_by()
    for job in jobs.iterator(chunk_size=2_000):
        known.add(job.id)
        wrong += [f"job {job.id} is {job.status} and {sentence}" for sentence in _of(job, booked.get(job.id, {}))]
    return sorted([*wrong, *_strangers(sorted(booked.keys() - known))])


def _of(job: Job, attempts: Attempts) -> Iterable[str]:
    status = Status(job.status)
    # The provider of what was cancelled is asked what it charged, and has a minute to say so.
    is_asked = status is Status.CANCELLED and job.deadline_at is not None
    for number, attempt in sorted(attempts.items()):
        if number > job.attempt:
            yield f"holds money for attempt {number}, which it has not come to"
        elif attempt.is_open and (number < job.attempt or (status in TERMINAL and not is_asked)):
            yield f"still holds money for attempt {number}"
        if len(attempt.closes) > 1:
            yield f"was closed {len(attempt.closes)} times for attempt {number}"
    now = attempts.get(job.attempt)
    if now is None or now.held is None:
        yield f"never held money for attempt {job.attempt}"
        return
    kinds = {kind for kind, _ in now.closes}
    if status in ACTIVE and status is not Status.STORED:
        if now.closes:
            yield f"holds nothing any more for attempt {job.attempt}"
        if now.held != job.hold_micros:
            yield f"says that it holds {job.hold_micros}, and the ledger holds {now.held}"
    if status in (Status.STORED, Status.DONE):
        if kinds != {EntryKind.SETTLE}:
            yield f"was not settled for attempt {job.attempt}"
        elif (settled := sum(amount for _, amount in now.closes)) != (job.cost_micros or 0):
            yield f"says that it cost {job.cost_micros}, and the ledger settled {settled}"
    if status is Status.UNKNOWN and kinds != {EntryKind.UNKNOWN}:
        yield f"was not booked as unknown for attempt {job.attempt}"


def _strangers(unknown: list[uuid.UUID]) -> list[str]:
    """Entries of jobs that are another tenant's. A job that is gone altogether leaves its entries behind: money was spent."""
    wrong: list[str] = []
    for start in range(0, len(unknown), AT_ONCE):
        with across_tenants("an entry must not be about another tenant's job"):
            theirs = Job.objects.filter(id__in=unknown[start : start + AT_ONCE]).values_list("id", flat=True)
            wrong += [f"the ledger has entries of job {job_id}, which is another tenant's" for job_id in theirs]
    return wrong
