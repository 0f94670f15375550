"""Trying ended work again: a new attempt, with a hold of its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from generation import keys
from generation.clock import after, now
from generation.errors import NotRetryable
from generation.jobs import asking
from generation.jobs.ending import NEED_FAILED, RESTORED, close_cancelled
from generation.jobs.transitions import NOT_SPOOLED, move
from generation.models import TERMINAL, Job, Status
from generation.providers.contract import Kind
from generation.safety import verdicts


def retry(job: Job, *, with_dependents: bool = False, delivers_again: bool = False) -> Job:
    """Try an ended job again: a new attempt with a hold of its own. A failed need is tried again with it; with
    `with_dependents`, so are the jobs that ended because this one did. With `delivers_again` a delivery that is done goes
    out once more, which nothing else does. A second call at the same moment changes nothing.

    Raises `NotRetryable`, and `accounts.ledger.OverBudget` with nothing changed.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("model", "run").get(id=job.id)
        if job.status not in TERMINAL:
            return job
        if job.status == Status.DONE and not (delivers_again and job.kind == Kind.DELIVER):
            raise NotRetryable("This is done already; there is nothing to try again.", status=409)
        if not job.request:
            raise NotRetryable("What was asked for was thrown away. Ask for it anew.", status=409)
        if job.error_class in ("step", verdicts.UNCHECKED):
            # It was bought and kept; only the page it belongs to was not written, or its check broke. It is not bought again.
            for check in Job.objects.filter(subject_id=job.id, step=verdicts.JUDGE, request__of_attempt=job.attempt):
                if check.status != Status.DONE:
                    retry(check)
            move(
                job, Status.STORED, lease_until=after(-1), error_class="", message="", finished_at=None, tries=0,
                restored_at=None,
            )  # fmt: skip
            asking.ring()
            return job
        if job.status == Status.REFUSED:
            _ask_instead(job)
        else:
            needs = list(Job.objects.filter(needed_by=job).select_related("model", "run"))
            for need in needs:
                if need.status in TERMINAL and need.status != Status.DONE:
                    retry(need)
            _renew(job, waits=any(need.status != Status.DONE for need in needs))
        if with_dependents:
            for dependent in _ended_with(job):
                _revive(dependent)
        asking.ring()
    return job


def _ask_instead(job: Job) -> None:
    """A refusal is final, unless the tier names a model that was not asked yet."""
    from generation.jobs import checking  # it asks for work itself

    changes = checking.instead(job)
    if changes is None:
        raise NotRetryable("This was refused, and asking again would not help. Ask for something else.", status=409)
    _renew(job, waits=False, **changes)


def _revive(job: Job) -> None:
    _renew(job, waits=True)
    for dependent in _ended_with(job):
        _revive(dependent)


def _ended_with(job: Job) -> QuerySet[Job]:
    """What waited for the job and ended because the job did, or with it when a backup was put back."""
    ended = Job.objects.filter(needs=job, status__in=TERMINAL, error_class__in=[NEED_FAILED, RESTORED])
    return ended.select_related("model", "run")


def _renew(job: Job, *, waits: bool, **changes: Any) -> None:
    if job.status == Status.CANCELLED:
        close_cancelled(job, None)  # nobody waits any longer for what its provider says of it
    if job.kind == Kind.DELIVER:
        hold, credential = 0, keys.deliveries_account(job.provider)
    elif job.model is None:
        raise NotRetryable("The model that made this is gone. Start the scene anew.", status=409)
    else:
        # Chosen anew: the key that it was asked with may be gone, or another one may have come.
        hold, credential = asking.quote(job), asking.account(job.model, job.run.user)
    move(
        job,
        Status.WAITING if waits else Status.QUEUED,
        attempt=job.attempt + 1,
        fence=F("fence") + 1,
        tries=0,
        asks=0,
        progress=None,
        sent_at=None,
        provider_job_id="",
        poll_url="",
        lease_until=None,
        cost_micros=None,
        message="",
        finished_at=None,
        restored_at=None,
        due_at=None if waits else now(),
        deadline_at=None if waits else after(asking.deadline_seconds(job)),
        **NOT_SPOOLED,
        **{"hold_micros": hold, "credential": credential, "error_class": "", "error_detail": "", **changes},
    )
    job.refresh_from_db(fields=["fence"])
    asking.reserve(job, job.run)
