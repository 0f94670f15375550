"""Ending a job without a result: the hold is closed, the step is told, and what waited for it ends too."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from accounts import ledger
from accounts.tenancy import across_tenants, scope
from generation import policy, steps
from generation.adapters import adapter
from generation.clock import now
from generation.jobs import recording
from generation.jobs.transitions import LostClaim, move
from generation.models import ACTIVE, Job, Status
from generation.policy import Money, Verdict
from generation.providers.contract import Kind
from generation.signals import job_ended

NEED_FAILED = "need"
"""Error class of a job that ended because a job it needs did."""


def end_badly(job: Job, status: Status, *, book: bool, error_class: str, message: str, **changes: Any) -> None:
    """End a job without a result, close its hold, tell its step, and end what waited for it."""
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
    if ledger.is_open(job_id=job.id, attempt=job.attempt):
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


def forget(job: Job, *, but_why: bool = False) -> None:
    """Keep of an ended job what was paid and for what kind of thing; what was asked, said and made goes. With `but_why`
    staff may still see why it ended badly."""
    reason = {} if but_why else {"error_detail": ""}
    Job.objects.filter(id=job.id).exclude(status__in=ACTIVE).update(
        request={}, result={}, partial="", asset=None, version=F("version") + 1, **reason
    )


def erase(job: Job) -> None:
    """The same for whoever leaves: nor what was told to them, nor what the provider would know it by."""
    forget(job)
    Job.objects.filter(id=job.id).exclude(status__in=ACTIVE).update(
        message="", asked_model="", provider_job_id="", poll_url=""
    )


def expire() -> int:
    """End the jobs whose time is over, whoever holds them: the fence grows, so a late answer is not written."""
    with across_tenants("deadlines are kept for all tenants"):
        overdue = list(
            Job.objects.filter(status__in=set(ACTIVE) - {Status.STORED}, deadline_at__lte=now()).select_related(
                "model", "run"
            )
        )
    for job in overdue:
        with scope(job.tenant_id), transaction.atomic():
            decision = policy.past_deadline(
                kind=Kind(job.kind), sent=job.sent_at is not None, replay=adapter(job.provider).replay
            )
            status = (
                Status.UNKNOWN if decision.verdict is Verdict.UNKNOWN and job.status != Status.QUEUED else Status.FAILED
            )
            try:
                end_badly(
                    job, status, book=decision.money is Money.BOOK, error_class="deadline", message=decision.message,
                    fence=F("fence") + 1,
                )  # fmt: skip
            except LostClaim:
                continue
    return len(overdue)


def waiting_for(job: Job) -> list[Job]:
    """The jobs that wait for this one."""
    return list(Job.objects.filter(needs=job, status=Status.WAITING).select_related("model", "run"))
