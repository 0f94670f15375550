"""Ending a job without a result: the hold is closed, the step is told, and what waited for it ends too."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from accounts import ledger
from accounts.prepared import Prepared
from accounts.tenancy import across_tenants, scope
from generation import crash, policy, steps, wakes
from generation.adapters import adapter
from generation.clock import now
from generation.jobs import recording
from generation.jobs.transitions import LostClaim, move, write
from generation.models import ACTIVE, Job, Status
from generation.policy import Money, Verdict
from generation.providers.contract import Kind
from generation.signals import job_ended

NEED_FAILED = "need"
"""Error class of a job that ended because a job it needs did."""
RESTORED = "restored"
"""Error class of a job that ended because a backup was put back, after which nobody knows whether it was sent."""
AT_ONCE = 100


def end_badly(
    job: Job, status: Status, *, book: bool, error_class: str, message: str, keeps_hold: bool = False, **changes: Any
) -> None:
    """End a job without a result, close its hold, tell its step, and end what waited for it. With `keeps_hold` the hold is
    closed later, by `close_cancelled`."""
    move(
        job,
        status,
        error_class=error_class,
        message=message[:300],
        finished_at=now(),
        lease_until=None,
        due_at=None,
        **changes,
    )
    if not keeps_hold and ledger.is_open(job_id=job.id, attempt=job.attempt):
        recording.called(job, "unknown" if book else "not charged", cost_micros=job.hold_micros if book else 0)
        close = ledger.book_unknown if book else ledger.release
        close(job_id=job.id, attempt=job.attempt)
    steps.find(job.step).failed(job)
    job_ended.send(Job, job=job)
    noun = policy.NOUNS[Kind(job.kind)].lower()
    for dependent in waiting_for(job):
        own = policy.NOUNS[Kind(dependent.kind)]
        end_badly(
            dependent,
            Status.FAILED,
            book=False,
            error_class=NEED_FAILED,
            message=f"{own} could not be begun, because it needs {noun}. {policy.NOTHING_CHARGED}",
        )


def close_cancelled(job: Job, charged: int | None) -> None:
    """Close the hold of a cancelled job whose provider was asked what it charged (in micro-units; None: nobody says, so all
    of it is booked). Harmless where it is closed already, or the job goes on by a new attempt."""
    with transaction.atomic():
        rows = Job.objects.select_for_update(of=("self",)).filter(id=job.id, attempt=job.attempt)
        found = rows.filter(status=Status.CANCELLED, deadline_at__isnull=False).first()
        if found is None:
            return
        told, cost = f"Cancelled. {policy.MAY_BE_CHARGED}", None
        if ledger.is_open(job_id=found.id, attempt=found.attempt):
            if charged is None:
                ledger.book_unknown(job_id=found.id, attempt=found.attempt)
                recording.called(found, "unknown", cost_micros=found.hold_micros)
            elif charged == 0:
                ledger.release(job_id=found.id, attempt=found.attempt)
                recording.called(found, "not charged", cost_micros=0)
                told = f"Cancelled. {policy.NOTHING_CHARGED}"
            else:
                ledger.settle(
                    job_id=found.id, attempt=found.attempt, amount_micros=charged, counts=ledger.NOTHING
                )  # fmt: skip
                recording.called(found, "cancelled", cost_micros=charged)
                told, cost = "Cancelled. What was made of it by then was charged.", charged
        else:
            told = found.message  # it was closed when it was cancelled
        write(found, deadline_at=None, cost_micros=cost, message=told)


def close_untold() -> int:
    """Book the holds of cancelled jobs whose provider did not say in time what it charged; how many were looked at."""
    with across_tenants("holds are closed for all tenants"):
        untold = Job.objects.filter(status=Status.CANCELLED, deadline_at__lte=now())
        late = list(untold.only("id", "tenant", "attempt")[:AT_ONCE])
    for job in late:
        with scope(job.tenant_id):
            close_cancelled(job, None)
    return len(late)


def forget(job: Job, *, but_why: bool = False) -> None:
    """Keep of an ended job what was paid and for what kind of thing; what was asked, said and made goes. With `but_why`
    staff may still see why it ended badly."""
    reason = {} if but_why else {"error_detail": ""}
    Job.objects.filter(id=job.id).exclude(status__in=ACTIVE).update(
        request={},
        result={},
        partial="",
        asset=None,
        fingerprint="",
        preview_of=None,
        version=F("version") + 1,
        **reason,
    )
    wakes.moved(job)


def erase(job: Job) -> None:
    """The same for whoever leaves: nor what was told to them, nor what the provider would know it by."""
    forget(job)
    Job.objects.filter(id=job.id).exclude(status__in=ACTIVE).update(
        message="", asked_model="", provider_job_id="", poll_url=""
    )


def expire() -> int:
    """End the jobs whose time is over, whoever holds them: the fence grows, so a late answer is not written."""
    with across_tenants("deadlines are kept for all tenants"):
        overdue = list(_overdue().values_list("id", "tenant_id"))
    for job_id, tenant_id in overdue:
        with scope(tenant_id), transaction.atomic():
            job = _overdue().select_related("model", "run").filter(id=job_id).first()
            if job is None:
                continue  # it ended meanwhile
            kind, replay = Kind(job.kind), adapter(job.provider).replay
            if job.spool_id is not None:
                decision = policy.never_stored(kind=kind, replay=replay)
            else:
                decision = policy.past_deadline(kind=kind, sent=job.sent_at is not None, replay=replay)
            status = (
                Status.UNKNOWN if decision.verdict is Verdict.UNKNOWN and job.status != Status.QUEUED else Status.FAILED
            )
            try:
                end_badly(
                    job, status, book=decision.money is Money.BOOK, error_class="deadline", message=decision.message,
                    fence=F("fence") + 1,
                )  # fmt: skip
                crash.point("in_sweep")
            except LostClaim:
                continue
    close_untold()
    return len(overdue)


def _overdue() -> QuerySet[Job]:
    return Job.objects.filter(status__in=set(ACTIVE) - {Status.STORED}, deadline_at__lte=now())


_somebody_waits = Prepared(
    lambda job_id: Job.objects.filter(needs=job_id, status=Status.WAITING).order_by().values_list("id")[:1],
    job_id=uuid.UUID,
)


def waiting_for(job: Job) -> list[Job]:
    """The jobs that wait for this one. The first look is compiled once: most jobs keep nobody waiting, and all are asked."""
    if _somebody_waits.first(job_id=job.id) is None:
        return []
    return list(Job.objects.filter(needs=job, status=Status.WAITING).select_related("model", "run"))
